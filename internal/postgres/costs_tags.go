package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// TagTotals implements allocation.CostReader.
func (c *Costs) TagTotals(ctx context.Context, query allocation.TagTotalQuery) ([]allocation.TagTotal, error) {
	totals, err := c.tagTotals(ctx, query)
	return totals, explain(err, "summing the costs of %s from %s until %s by tags",
		query.Account, query.From.Format(time.DateOnly), query.Until.Format(time.DateOnly))
}

func (c *Costs) tagTotals(ctx context.Context, query allocation.TagTotalQuery) ([]allocation.TagTotal, error) {
	found, err := c.effective(ctx, query.Book, period.Of(query.From), period.Of(query.Until.Add(-1)))
	if err != nil {
		return nil, err
	}
	var whole []int64
	var totals []allocation.TagTotal
	for _, one := range found {
		if !one.month.Start().Before(query.From) && !one.month.End().After(query.Until) {
			whole = append(whole, one.id)
			continue
		}
		of, err := c.cutMonth(ctx, query, one)
		if err != nil {
			return nil, err
		}
		totals = append(totals, of...)
	}
	if len(whole) == 0 {
		return totals, nil
	}
	of, err := c.readTags(ctx, `SELECT tags, spellings, shared, currency, sum(amount) FROM cost_lines
		WHERE projection_id = ANY ($1) AND account = $2 GROUP BY 1, 2, 3, 4
		UNION ALL SELECT NULL AS tags, NULL AS spellings, true, d.currency, sum(c.amount) FROM cost_days d, `+sharedCells+`
		WHERE projection_id = ANY ($1) AND account = $2 GROUP BY d.currency`, whole, query.Account)
	return append(totals, of...), err
}

// cutMonth sums the days of a month that lie within the time asked for: direct lines by their own
// days, and as shared what the account bore on those days besides.
func (c *Costs) cutMonth(ctx context.Context, query allocation.TagTotalQuery, of projection) ([]allocation.TagTotal, error) {
	var timeless bool
	err := c.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM cost_lines
		WHERE projection_id = $1 AND account = $2 AND NOT shared AND days IS NULL AND amount <> 0)`, of.id, query.Account).Scan(&timeless)
	if err != nil {
		return nil, err
	}
	if timeless {
		return nil, fault.New(fault.Conflict, "the costs of %s were stored by an earlier release, which did not keep tags by day; ask for that month as a whole", of.month)
	}
	first, last := 1, int(of.month.End().Sub(of.month.Start())/(24*time.Hour))
	if query.From.After(of.month.Start()) {
		first = query.From.UTC().Day()
	}
	if query.Until.Before(of.month.End()) {
		last = query.Until.Add(-1).UTC().Day()
	}
	totals, err := c.readTags(ctx, `
		SELECT tags, spellings, false, currency, sum(amount) FROM (
			SELECT tags, spellings, currency, (SELECT sum(one) FROM unnest(days[$3 - first_day + 1:$4 - first_day + 1]) one) AS amount
			FROM cost_lines
			WHERE projection_id = $1 AND account = $2 AND NOT shared AND days IS NOT NULL) cut
		WHERE amount IS NOT NULL
		GROUP BY 1, 2, 4`, of.id, query.Account, first, last)
	if err != nil {
		return nil, err
	}
	shared, err := c.daySums(ctx, of.id, query.Account, first, last)
	if err != nil {
		return nil, err
	}
	for _, total := range totals {
		shared[total.Currency] = shared[total.Currency].Sub(total.Amount)
	}
	for currency, amount := range shared {
		if !amount.IsZero() {
			totals = append(totals, allocation.TagTotal{Shared: true, Currency: currency, Amount: amount})
		}
	}
	return totals, nil
}

// daySums sums what an account bore on some days of a month, by currency.
func (c *Costs) daySums(ctx context.Context, projection int64, account string, first, last int) (map[string]decimal.Decimal, error) {
	rows, err := c.db.Query(ctx, `SELECT currency, sum(one) FROM cost_days, unnest(amounts[$3:$4]) one
		WHERE projection_id = $1 AND account = $2 GROUP BY 1`, projection, account, first, last)
	if err != nil {
		return nil, err
	}
	sums := map[string]decimal.Decimal{}
	var currency string
	var amount decimal.Decimal
	_, err = pgx.ForEachRow(rows, []any{&currency, scannedNumber{&amount}}, func() error {
		sums[currency] = amount
		return nil
	})
	return sums, err
}

// readTags reads sums by tags; the statement's columns are tags, spellings, shared, currency and sum.
func (c *Costs) readTags(ctx context.Context, statement string, arguments ...any) ([]allocation.TagTotal, error) {
	rows, err := c.db.Query(ctx, statement, arguments...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (total allocation.TagTotal, err error) {
		var values, spellings []byte
		if err = row.Scan(&values, &spellings, &total.Shared, &total.Currency, scannedNumber{&total.Amount}); err != nil {
			return total, err
		}
		if err = readTags(values, &total.Tags.Values); err == nil {
			err = readTags(spellings, &total.Tags.Spellings)
		}
		return total, err
	})
}
