package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// sharedCells are the cells of pools of a row d of cost_days.
const sharedCells = "unnest(d.pools, d.cells) AS c (pool, amount)"

// CostItems implements allocation.CostReader.
func (c *Costs) CostItems(ctx context.Context, query allocation.CostQuery) ([]allocation.CostItem, error) {
	items, err := readLines(ctx, c, query, `
		WITH lines AS (SELECT p.period, l.* FROM cost_lines l JOIN cost_projections p USING (projection_id)
			WHERE projection_id = ANY ($1) AND account = $2 AND ($3 = '' OR currency = $3)),
		shared AS (SELECT p.period, d.category, d.currency, c.pool, c.amount
			FROM cost_days d JOIN cost_projections p USING (projection_id), `+sharedCells+`
			WHERE projection_id = ANY ($1) AND account = $2 AND ($3 = '' OR currency = $3)),
		items AS (
			SELECT period, 'category' AS dimension, category AS item, currency, amount FROM lines
			UNION ALL SELECT period, 'service', service, currency, amount FROM lines
			UNION ALL SELECT period, unnest(ARRAY['category', 'service']), unnest(ARRAY[category, pool]), currency, amount FROM shared
			UNION ALL SELECT period, 'resource', resource_id, currency, amount FROM lines WHERE resource_id <> ''
			UNION ALL SELECT period, 'tag:' || t.key, t.value, currency, amount FROM lines, jsonb_each_text(tags) t)
		SELECT period, dimension COLLATE "C", item COLLATE "C", currency, sum(amount) FROM items
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
		func(row pgx.CollectableRow) (item allocation.CostItem, err error) {
			err = row.Scan(scannedMonth{&item.Period}, &item.Dimension, &item.Item, &item.Currency, scannedNumber{&item.Amount})
			return item, err
		})
	return items, explain(err, "breaking down the costs of %s from %s to %s", query.Account, query.First, query.Last)
}

// readLines reads lines of one account: statement has the projections as $1, the account as $2 and
// the currency, or nothing, as $3.
func readLines[Item any](
	ctx context.Context, c *Costs, query allocation.CostQuery, statement string, scan func(pgx.CollectableRow) (Item, error),
) ([]Item, error) {
	found, err := c.effective(ctx, query.Book, query.First, query.Last)
	if err != nil {
		return nil, err
	}
	list, _ := ids(found)
	rows, err := c.db.Query(ctx, statement, list, query.Account, query.Currency)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// readTags reads stored tags; NULL leaves none.
func readTags(text []byte, into *map[string]string) error {
	if text == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("reading stored tags: %w", err)
	}
	return nil
}
