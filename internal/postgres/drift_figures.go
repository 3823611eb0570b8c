package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// DriftFigures counts what is known of drift, over all tenants. It is safe for concurrent use.
type DriftFigures struct{ db DB }

// NewDriftFigures returns the figures of a pool.
func NewDriftFigures(db DB) *DriftFigures { return &DriftFigures{db: db} }

// countDrifts sums what triggers keep for each tenant, and takes from what is quiet that whose time is over.
const countDrifts = `WITH over AS (SELECT state, severity, count(*) AS drifts FROM drifts
		WHERE state IN ('accepted', 'snoozed') AND quiet_until <= now() GROUP BY state, severity)
	SELECT state, severity, sum(drifts)::bigint FROM (
		SELECT state, severity, drifts FROM drift_counts
		UNION ALL SELECT state, severity, -drifts FROM over
		UNION ALL SELECT 'open', severity, drifts FROM over) counted
	GROUP BY state, severity`

// Figures reads them as they are at this moment.
func (f *DriftFigures) Figures(ctx context.Context) (remediation.Figures, error) {
	figures := remediation.Figures{
		Drifts: map[remediation.DriftsOf]int64{}, Scans: map[driftwatch.ScanState]int64{}, Remediations: map[remediation.State]int64{},
	}
	var batch pgx.Batch
	batch.Queue(countDrifts).Query(func(rows pgx.Rows) error {
		var of remediation.DriftsOf
		var count int64
		_, err := pgx.ForEachRow(rows, []any{&of.State, &of.Severity, &count}, func() error {
			figures.Drifts[of] = count
			return nil
		})
		return err
	})
	batch.Queue("SELECT state, count(*) FROM drift_scans WHERE state = 'running' OR completed_at > now() - $1::interval GROUP BY 1",
		remediation.ScansWithin).Query(countsInto(figures.Scans))
	batch.Queue(`SELECT coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY took), 0), coalesce(max(took), 0)
		FROM (SELECT extract(epoch FROM completed_at - started_at)::float8 AS took FROM drift_scans WHERE completed_at > now() - $1::interval) ended`,
		remediation.ScansWithin).QueryRow(func(row pgx.Row) error { return row.Scan(&figures.ScanMedian, &figures.ScanLongest) })
	batch.Queue("SELECT state, count(*) FROM remediations WHERE ended_at IS NULL OR ended_at > now() - $1::interval GROUP BY 1",
		remediation.EndedWithin).Query(countsInto(figures.Remediations))
	err := f.db.SendBatch(ctx, &batch).Close()
	return figures, explain(err, "counting drift")
}

// countsInto reads rows of a state and a number.
func countsInto[State ~string](into map[State]int64) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		var state State
		var count int64
		_, err := pgx.ForEachRow(rows, []any{&state, &count}, func() error {
			into[state] = count
			return nil
		})
		return err
	}
}
