package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

var _ foresight.GaugeStore = (*Usage)(nil)

// ReadUntil implements foresight.GaugeStore.
func (u *Usage) ReadUntil(ctx context.Context, gauge foresight.Gauge) (time.Time, error) {
	var until time.Time
	err := u.db.QueryRow(ctx, `SELECT read_until FROM gauge_readings WHERE gauge = $1`, gauge.ID).Scan(&until)
	if noRow(err) {
		return time.Time{}, nil
	}
	return until.UTC(), explain(err, "reading how far monitoring of %s was read", gauge.Metric)
}

// KeepReading implements foresight.GaugeStore.
func (u *Usage) KeepReading(ctx context.Context, gauge foresight.Gauge, until time.Time, usage []foresight.Usage) error {
	err := pgx.BeginFunc(ctx, u.db, func(tx pgx.Tx) error {
		if err := keepUsage(ctx, tx, usage); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO gauge_readings AS known (gauge, metric, read_until) VALUES ($1, $2, $3)
			ON CONFLICT (gauge) DO UPDATE SET read_until = greatest(known.read_until, excluded.read_until)`,
			gauge.ID, string(gauge.Metric), until)
		return err
	})
	return explain(err, "keeping what monitoring measured of %s", gauge.Metric)
}
