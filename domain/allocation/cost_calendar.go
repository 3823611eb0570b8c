package allocation

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

const day = 24 * time.Hour

// calendar knows the days of a month.
type calendar struct {
	start, end time.Time
	midnights  []time.Time // inside the month
	count      int
}

func newCalendar(month period.Period) calendar {
	c := calendar{start: month.Start(), end: month.End()}
	for midnight := c.start.Add(day); midnight.Before(c.end); midnight = midnight.Add(day) {
		c.midnights = append(c.midnights, midnight)
	}
	c.count = len(c.midnights) + 1
	return c
}

// at returns the place of an instant's day; what lies outside the month belongs to its nearest day.
func (c *calendar) at(instant time.Time) int {
	return max(0, min(int(instant.Sub(c.start)/day), c.count-1))
}

// dayRow sums what came on each day of a month.
type dayRow struct {
	category    CostCategory
	currency    string
	minorDigits int
	sums        *money.Sums
	shared      []SharedCell
}

func (c *calendar) newRow(category CostCategory, currency string) *dayRow {
	// The currency is known: the bill refuses charges in others before they get here.
	minorDigits, _ := money.MinorDigits(currency)
	return &dayRow{category: category, currency: currency, minorDigits: minorDigits, sums: money.NewSums(c.count)}
}

// add adds a part of a charge to its days, in proportion to the time that it spends in each.
func (c *calendar) add(row *dayRow, part *PlacedPart) error {
	start, end := part.Start, part.End
	if start.IsZero() {
		start, end = c.start, c.end
	}
	first := c.at(start)
	if !end.After(start) || c.at(end.Add(-1)) == first {
		row.sums.AddDecimal(first, part.Amount)
		return nil
	}
	if start.Before(c.start) {
		start = c.start
	}
	if end.After(c.end) {
		end = c.end
	}
	return cut(start, end, c.midnights, part.Amount, row.minorDigits, func(start, _ time.Time, amount decimal.Decimal) error {
		row.sums.AddDecimal(c.at(start), amount)
		return nil
	})
}

// weights returns the ratio in which a pool's cells are spread over its days: see CostProjection.
func (c *calendar) weights(row *dayRow, sign int) (money.Weights, error) {
	days, found := make([]decimal.Decimal, c.count), false
	for place := range days {
		if row != nil {
			days[place] = row.sums.Decimal(place)
		}
		if days[place].Sign() != sign {
			days[place] = decimal.Zero
		}
		days[place] = days[place].Abs()
		found = found || days[place].IsPositive()
	}
	if !found {
		for place := range days {
			days[place] = decimal.NewFromInt(1)
		}
	}
	return money.DecimalWeights(days)
}

// accountCosts holds an account's rows, few enough to be searched one by one, and the lines that grow,
// in the order in which they began.
type accountCosts struct {
	rows  []*dayRow
	lines []*lineSum
}

// row finds the row of a category and currency, or begins it.
func (a *accountCosts) row(days calendar, category CostCategory, currency string) *dayRow {
	for _, row := range a.rows {
		if row.category == category && row.currency == currency {
			return row
		}
	}
	row := days.newRow(category, currency)
	a.rows = append(a.rows, row)
	return row
}
