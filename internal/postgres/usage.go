package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Usage is the foresight.UsageStore in PostgreSQL. It is safe for concurrent use.
type Usage struct{ db DB }

var _ foresight.UsageStore = (*Usage)(nil)

// NewUsage returns the store on a pool.
func NewUsage(db DB) *Usage { return &Usage{db: db} }

// Keep implements foresight.UsageStore. Days are copied beside the table and merged in one statement.
func (u *Usage) Keep(ctx context.Context, usage []foresight.Usage) error {
	err := pgx.BeginFunc(ctx, u.db, func(tx pgx.Tx) error { return keepUsage(ctx, tx, usage) })
	return explain(err, "keeping usage")
}

func keepUsage(ctx context.Context, tx pgx.Tx, usage []foresight.Usage) error {
	days := daysOf(usage)
	if len(days) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `CREATE TEMPORARY TABLE IF NOT EXISTS staged_usage (LIKE omnicloud.usage_days) ON COMMIT DROP`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `TRUNCATE staged_usage`); err != nil {
		return err
	}
	columns := []string{"tenant_id", "metric", "day", "mean", "p95", "peak"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"staged_usage"}, columns, pgx.CopyFromSlice(len(days), func(i int) ([]any, error) {
		d := days[i]
		return []any{d.key.TenantID, string(d.key.Metric), d.day, d.mean[:], d.p95[:], d.peak[:]}, nil
	}))
	if err != nil {
		return err
	}
	// The order keeps two writers of the same days from waiting for each other in a circle.
	_, err = tx.Exec(ctx, `INSERT INTO usage_days AS u SELECT * FROM staged_usage ORDER BY tenant_id, metric, day
		ON CONFLICT (tenant_id, metric, day) DO UPDATE SET mean = merge_hours(u.mean, excluded.mean),
			p95 = merge_hours(u.p95, excluded.p95), peak = merge_hours(u.peak, excluded.peak)`)
	return err
}

// usageDay is a row of the table.
type usageDay struct {
	key             foresight.Key
	day             time.Time
	mean, p95, peak [24]float64
}

// daysOf puts hours into days; of an hour that is there twice the last counts.
func daysOf(usage []foresight.Usage) []*usageDay {
	type place struct {
		key foresight.Key
		day int64
	}
	var days []*usageDay
	known := map[place]*usageDay{}
	for _, series := range usage {
		for _, hour := range series.Hours {
			at := hour.At.UTC()
			day := at.Truncate(24 * time.Hour)
			d := known[place{series.Key, day.Unix()}]
			if d == nil {
				d = &usageDay{key: series.Key, day: day}
				for i := range d.mean {
					d.mean[i], d.p95[i], d.peak[i] = math.NaN(), math.NaN(), math.NaN()
				}
				known[place{series.Key, day.Unix()}] = d
				days = append(days, d)
			}
			d.mean[at.Hour()], d.p95[at.Hour()], d.peak[at.Hour()] = hour.Mean, hour.P95, hour.Peak
		}
	}
	return days
}

// Hours implements foresight.UsageStore.
func (u *Usage) Hours(ctx context.Context, key foresight.Key, from, until time.Time) ([]foresight.Hour, error) {
	rows, err := u.db.Query(ctx, `SELECT day, mean, p95, peak FROM usage_days
		WHERE tenant_id = $1 AND metric = $2 AND day BETWEEN $3 AND $4 ORDER BY day`,
		key.TenantID, string(key.Metric), from.UTC().Truncate(24*time.Hour), until.UTC())
	if err != nil {
		return nil, explain(err, "reading usage of %s", key.TenantID)
	}
	var hours []foresight.Hour
	var day time.Time
	var mean, p95, peak []float64
	_, err = pgx.ForEachRow(rows, []any{&day, &mean, &p95, &peak}, func() error {
		for h := range mean {
			at := day.Add(time.Duration(h) * time.Hour)
			if !at.Before(from) && at.Before(until) && !(math.IsNaN(mean[h]) && math.IsNaN(p95[h]) && math.IsNaN(peak[h])) {
				hours = append(hours, foresight.Hour{At: at, Mean: mean[h], P95: p95[h], Peak: peak[h]})
			}
		}
		return nil
	})
	return hours, explain(err, "reading usage of %s", key.TenantID)
}

// Latest implements foresight.UsageStore.
func (u *Usage) Latest(ctx context.Context, key foresight.Key) (time.Time, error) {
	var day time.Time
	var hour int
	err := u.db.QueryRow(ctx, `SELECT day, last - 1 FROM usage_days,
			LATERAL (SELECT max(place) AS last FROM unnest(mean, p95, peak) WITH ORDINALITY AS hours (mean, p95, peak, place)
				WHERE hours.mean <> 'NaN' OR hours.p95 <> 'NaN' OR hours.peak <> 'NaN') AS known
		WHERE tenant_id = $1 AND metric = $2 AND last IS NOT NULL ORDER BY day DESC LIMIT 1`,
		key.TenantID, string(key.Metric)).Scan(&day, &hour)
	if noRow(err) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, explain(err, "reading the latest usage of %s", key.TenantID)
	}
	return day.Add(time.Duration(hour) * time.Hour), nil
}

// Keys implements foresight.UsageStore.
func (u *Usage) Keys(ctx context.Context, since time.Time, after foresight.Key, limit int) ([]foresight.Key, error) {
	rows, err := u.db.Query(ctx, `SELECT DISTINCT tenant_id, metric FROM usage_days
		WHERE (tenant_id, metric) > ($1, $2) AND day >= $3 ORDER BY tenant_id, metric LIMIT $4`,
		after.TenantID, string(after.Metric), since.UTC().Truncate(24*time.Hour), limit)
	if err != nil {
		return nil, explain(err, "listing series of usage")
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[foresight.Key])
	return keys, explain(err, "listing series of usage")
}

// Count implements foresight.UsageStore.
func (u *Usage) Count(ctx context.Context, since time.Time) (count int, err error) {
	err = u.db.QueryRow(ctx, `SELECT count(*) FROM (SELECT DISTINCT tenant_id, metric FROM usage_days WHERE day >= $1) AS series`,
		since.UTC().Truncate(24*time.Hour)).Scan(&count)
	return count, explain(err, "counting series of usage")
}
