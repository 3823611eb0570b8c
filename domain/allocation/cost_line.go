package allocation

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// CostLine is the direct cost that an account bore in a month for one resource. A resource may have
// several lines, which add up.
type CostLine struct {
	Account  string
	Category CostCategory
	// Service is the FOCUS ServiceName.
	Service string
	// Resource, Project and Tags are empty where there is none.
	Resource string
	Project  string
	Tags     Tags
	Currency string
	Amount   decimal.Decimal
	// Days holds what of the amount came on each day of the month; nil where that is known of the
	// category alone.
	Days *money.Sums
}

// CostMonth is what an account bore on each day of a month in one category and currency.
type CostMonth struct {
	Account  string
	Category CostCategory
	Currency string
	// Days holds a sum for every day of the month.
	Days *money.Sums
	// Shared lists what of it came from pools, in the order of pools.
	Shared []SharedCell
}

// SharedCell is an account's cell of a pool that is not direct.
type SharedCell struct {
	Pool   string
	Amount decimal.Decimal
}

// CostSink stores a projection as it is made. What it is given is valid during the call alone.
type CostSink interface {
	// Lines takes lines in any order.
	Lines(lines []CostLine) error
	// Months takes an account's months, each category and currency once. It is called after all
	// lines, in byte order of account.
	Months(months []CostMonth) error
}

// DiscardCosts is a CostSink that keeps nothing.
type DiscardCosts struct{}

// Lines implements CostSink.
func (DiscardCosts) Lines([]CostLine) error { return nil }

// Months implements CostSink.
func (DiscardCosts) Months([]CostMonth) error { return nil }
