package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/ledger"
)

// PoolTotals sums the cells of pools, as the port says. It reads every entry of the result once.
func (l *Ledger) PoolTotals(ctx context.Context, filter ledger.Filter) ([]ledger.PoolTotal, error) {
	heads, err := l.cellHeads(ctx, filter, ledger.Position{})
	if err != nil {
		return nil, explain(err, "listing the pools of %s of book %s", filter.Period, filter.Book)
	}
	ids := []int64{}
	for _, head := range heads {
		ids = append(ids, head.ids...)
	}
	rows, err := l.db.Query(ctx, `SELECT tx_id, sum(amount) FROM ledger_entries
		WHERE tx_id = ANY ($1) AND account NOT LIKE 'pool:%' GROUP BY tx_id`, ids)
	if err != nil {
		return nil, explain(err, "summing the pools of %s of book %s", filter.Period, filter.Book)
	}
	sums := map[int64]decimal.Decimal{}
	var id int64
	var sum decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&id, scannedNumber{&sum}}, func() error {
		sums[id] = sum
		return nil
	})
	totals := make([]ledger.PoolTotal, len(heads))
	for i, head := range heads {
		totals[i].Key = head.key
		for _, id := range head.ids {
			totals[i].Amount = totals[i].Amount.Add(sums[id])
		}
	}
	return totals, explain(err, "summing the pools of %s of book %s", filter.Period, filter.Book)
}
