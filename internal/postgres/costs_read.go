package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/period"
)

// projection is a stored projection that counts.
type projection struct {
	id       int64
	month    period.Period
	revision int
}

// effective lists, per period, the projection of the latest approved result, else the provisional
// one. An attempt that went on with publishing has the projection of the one that it went on with.
func (c *Costs) effective(ctx context.Context, book string, first, last period.Period) ([]projection, error) {
	rows, err := c.db.Query(ctx, `SELECT DISTINCT ON (p.period) p.projection_id, p.period, coalesce(a.revision, 0)
		FROM cost_projections p LEFT JOIN close_attempts a
			ON a.book = p.book AND a.period = p.period AND a.ledger_attempt = p.attempt AND a.revision IS NOT NULL
		WHERE p.book = $1 AND p.period BETWEEN $2 AND $3 AND (p.attempt = 0 OR a.revision IS NOT NULL)
		ORDER BY p.period, coalesce(a.revision, 0) DESC, p.attempt DESC`, book, first.String(), last.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (found projection, err error) {
		err = row.Scan(&found.id, scannedMonth{&found.month}, &found.revision)
		return found, err
	})
}

// ids returns the ids of projections and what each id stands for.
func ids(projections []projection) ([]int64, map[int64]projection) {
	list, byID := make([]int64, len(projections)), make(map[int64]projection, len(projections))
	for i, found := range projections {
		list[i], byID[found.id] = found.id, found
	}
	return list, byID
}

// CostPeriods implements allocation.CostReader.
func (c *Costs) CostPeriods(ctx context.Context, book string, first, last period.Period) ([]allocation.CostPeriod, error) {
	found, err := c.effective(ctx, book, first, last)
	if err != nil {
		return nil, explain(err, "looking for costs from %s to %s of book %s", first, last, book)
	}
	periods := make([]allocation.CostPeriod, len(found))
	for i, one := range found {
		periods[i] = allocation.CostPeriod{Period: one.month, Revision: one.revision, Provisional: one.revision == 0}
	}
	return periods, nil
}

// DailyCosts implements allocation.CostReader. A year of one tenant is a few dozen rows of one index.
func (c *Costs) DailyCosts(ctx context.Context, query allocation.CostQuery) ([]allocation.DailyCost, error) {
	costs, err := c.dailyCosts(ctx, query)
	return costs, explain(err, "reading the costs of %s from %s to %s", query.Account, query.First, query.Last)
}

func (c *Costs) dailyCosts(ctx context.Context, query allocation.CostQuery) ([]allocation.DailyCost, error) {
	found, err := c.effective(ctx, query.Book, query.First, query.Last)
	if err != nil {
		return nil, err
	}
	list, byID := ids(found)
	rows, err := c.db.Query(ctx, `SELECT projection_id, category, currency, amounts FROM cost_days
		WHERE projection_id = ANY ($1) AND account = $2 AND ($3 = '' OR currency = $3)`, list, query.Account, query.Currency)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	costs := []allocation.DailyCost{}
	var amounts []decimal.Decimal
	for rows.Next() {
		raw := rows.RawValues()
		if amounts, err = decodeNumerics(raw[3], amounts); err != nil {
			return nil, err
		}
		day := byID[decodeInt64(raw[0])].month.Start()
		category, currency := allocation.CostCategory(raw[1]), string(raw[2])
		for i, amount := range amounts {
			if !amount.IsZero() {
				costs = append(costs, allocation.DailyCost{Day: day.AddDate(0, 0, i), Category: category, Currency: currency, Amount: amount})
			}
		}
	}
	slices.SortFunc(costs, func(a, b allocation.DailyCost) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Currency, b.Currency))
	})
	return costs, rows.Err()
}

// DailyTotals implements allocation.CostReader.
func (c *Costs) DailyTotals(ctx context.Context, query allocation.DailyTotalQuery, use func(allocation.DailyTotal) error) error {
	err := c.dailyTotals(ctx, query, use)
	return explain(err, "reading the daily costs of book %s from %s until %s",
		query.Book, query.From.Format(time.DateOnly), query.Until.Format(time.DateOnly))
}

func (c *Costs) dailyTotals(ctx context.Context, query allocation.DailyTotalQuery, use func(allocation.DailyTotal) error) error {
	found, err := c.effective(ctx, query.Book, period.Of(query.From), period.Of(query.Until.Add(-1)))
	if err != nil {
		return err
	}
	list, byID := ids(found)
	rows, err := c.db.Query(ctx, `SELECT d.projection_id, d.account, d.currency, d.amounts
		FROM cost_days d JOIN cost_projections p USING (projection_id)
		WHERE d.projection_id = ANY ($1) AND ($3 = '' OR d.currency = $3)
			AND CASE WHEN $2 = '' THEN left(d.account, 1) <> '@' ELSE d.account = $2 END
		ORDER BY d.account, d.currency, p.period`, list, query.Account, query.Currency)
	if err != nil {
		return err
	}
	defer rows.Close()
	days := monthTotal{query: query, use: use, now: time.Now()}
	for rows.Next() {
		raw := rows.RawValues()
		if err := days.add(byID[decodeInt64(raw[0])], raw[1], raw[2], raw[3]); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return days.flush()
}

// monthTotal sums the categories of one account, currency and month at a time.
type monthTotal struct {
	query    allocation.DailyTotalQuery
	use      func(allocation.DailyTotal) error
	now      time.Time
	of       projection
	account  string
	currency string
	days     []decimal.Decimal
	amounts  []decimal.Decimal
}

// add adds a row of cost_days, after it handed on the month before.
func (m *monthTotal) add(of projection, account, currency, amounts []byte) (err error) {
	if of.id != m.of.id || string(account) != m.account || string(currency) != m.currency {
		if err := m.flush(); err != nil {
			return err
		}
		m.of, m.account, m.currency = of, string(account), string(currency)
	}
	if m.amounts, err = decodeNumerics(amounts, m.amounts); err != nil {
		return err
	}
	if len(m.days) == 0 {
		m.days = append(m.days, m.amounts...)
		return nil
	}
	for i := range min(len(m.days), len(m.amounts)) {
		m.days[i] = m.days[i].Add(m.amounts[i])
	}
	return nil
}

func (m *monthTotal) flush() error {
	day := time.Time{}
	if len(m.days) > 0 {
		day = m.of.month.Start()
	}
	for _, amount := range m.days {
		known := m.of.revision > 0 || day.Before(m.now)
		if known && !day.Before(m.query.From) && day.Before(m.query.Until) {
			err := m.use(allocation.DailyTotal{
				Account: m.account, Currency: m.currency, Day: day, Amount: amount, Provisional: m.of.revision == 0,
			})
			if err != nil {
				return err
			}
		}
		day = day.AddDate(0, 0, 1)
	}
	m.days = m.days[:0]
	return nil
}
