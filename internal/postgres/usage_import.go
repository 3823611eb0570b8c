package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Import keeps the hours of a file, all or none, and reports for each series whether it was taken: one
// whose content was imported before is left as it is now. Hashes stand in the order of the series.
func (u *Usage) Import(ctx context.Context, usage []foresight.Usage, hashes []string) (taken []bool, err error) {
	taken = make([]bool, len(usage))
	err = pgx.BeginFunc(ctx, u.db, func(tx pgx.Tx) error {
		var fresh []foresight.Usage
		for i, series := range usage {
			tag, err := tx.Exec(ctx, `INSERT INTO usage_imports (tenant_id, metric, content_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				series.TenantID, string(series.Metric), hashes[i])
			if err != nil {
				return err
			}
			if taken[i] = tag.RowsAffected() == 1; taken[i] {
				fresh = append(fresh, series)
			}
		}
		return keepUsage(ctx, tx, fresh)
	})
	return taken, explain(err, "importing usage")
}
