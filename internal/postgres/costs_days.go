package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costwatch"
)

var _ costwatch.Costs = (*Costs)(nil)

// DayItems implements costwatch.Costs.
func (c *Costs) DayItems(ctx context.Context, query allocation.CostQuery, days []time.Time) ([]costwatch.DayItem, error) {
	found, err := c.effective(ctx, query.Book, query.First, query.Last)
	if err != nil {
		return nil, err
	}
	list, _ := ids(found)
	rows, err := c.db.Query(ctx, `
		WITH lines AS (
			SELECT (p.period || '-01')::date + (l.first_day + d.place - 2)::int AS day, l.service, l.resource_id, l.tags, d.amount
			FROM cost_lines l JOIN cost_projections p USING (projection_id),
				unnest(l.days) WITH ORDINALITY d (amount, place)
			WHERE projection_id = ANY ($1) AND account = $2 AND currency = $3),
		asked AS (SELECT * FROM lines WHERE day = ANY ($4) AND amount <> 0),
		items AS (
			SELECT day, 'service' AS dimension, service AS item, amount FROM asked
			UNION ALL SELECT day, 'resource', resource_id, amount FROM asked WHERE resource_id <> ''
			UNION ALL SELECT day, 'tag:' || t.key, t.value, amount FROM asked, jsonb_each_text(tags) t)
		SELECT day, dimension COLLATE "C", item COLLATE "C", sum(amount) FROM items
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, list, query.Account, query.Currency, days)
	if err != nil {
		return nil, explain(err, "breaking down days of %s", query.Account)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (item costwatch.DayItem, err error) {
		err = row.Scan(&item.Day, &item.Dimension, &item.Item, scannedNumber{&item.Amount})
		return item, err
	})
	return items, explain(err, "breaking down days of %s", query.Account)
}
