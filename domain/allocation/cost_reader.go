package allocation

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// CostReader answers from the cost projections of a book: per period those of the latest approved
// result, and of a period that was never closed what its inputs give now. Currency narrows a query
// to one where it is not empty. Errors of the store are Unavailable.
type CostReader interface {
	// CostPeriods lists the periods from first to last (both included) of which costs are known, the
	// oldest first.
	CostPeriods(ctx context.Context, book string, first, last period.Period) ([]CostPeriod, error)
	// DailyCosts lists what one account bore in the periods from First to Last by day, category and
	// currency, in that order and without zeros.
	DailyCosts(ctx context.Context, query CostQuery) ([]DailyCost, error)
	// DailyTotals hands on the days of a time, in the order of account, currency and day, until use
	// returns an error, which it returns. Of a period in which an account bore anything in a currency
	// every day is given, days of nothing as zeros; other periods are left out. Days that are yet to
	// come in a provisional period are left out too.
	DailyTotals(ctx context.Context, query DailyTotalQuery, use func(DailyTotal) error) error
	// CostItems breaks down what one account bore in the periods from First to Last, in the order of
	// period, dimension, item and currency.
	CostItems(ctx context.Context, query CostQuery) ([]CostItem, error)
	// TagTotals sums what one account bore on the days of a time by the tags of its resources and by
	// currency, in no particular order. Shared cost of days within a month is what the month's days hold
	// beyond direct cost. It is a Conflict error to cut a month whose lines were stored without days.
	TagTotals(ctx context.Context, query TagTotalQuery) ([]TagTotal, error)
}

// CostPeriod is a period of which costs are known.
type CostPeriod struct {
	Period period.Period
	// Revision is the approved result that the costs are of; 0 where they are provisional.
	Revision int
	// Provisional says that the period was never closed: its costs still change.
	Provisional bool
}

// CostQuery asks for the costs of one account in the periods from First to Last, both included.
type CostQuery struct {
	Book        string
	Account     string
	First, Last period.Period
	Currency    string
}

// DailyCost is what an account bore on one day in one category.
type DailyCost struct {
	// Day is the first instant of the day in UTC.
	Day      time.Time
	Category CostCategory
	Currency string
	Amount   decimal.Decimal
}

// DailyTotalQuery asks for the days from From (included) until Until (excluded), both midnights in
// UTC, of one account, or of all tenants where Account is empty; reserved accounts must be named.
type DailyTotalQuery struct {
	Book        string
	Account     string
	From, Until time.Time
	Currency    string
}

// TagTotalQuery asks for the costs of one account on the days from From (included) until Until
// (excluded), both midnights in UTC.
type TagTotalQuery struct {
	Book        string
	Account     string
	From, Until time.Time
}

// DailyTotal is what an account bore on one day in all.
type DailyTotal struct {
	Account     string
	Currency    string
	Day         time.Time
	Amount      decimal.Decimal
	Provisional bool
}

// The dimensions by which CostItems breaks costs down. A tag's key is one of its own: TagDimension
// and the key in canonical spelling, such as "tag:team".
const (
	CategoryDimension = "category"
	ServiceDimension  = "service"
	ResourceDimension = "resource"
	TagDimension      = "tag:"
)

// CostItem is what an account bore for one item of a dimension in a period. The items of category
// and of service sum to what the account bore. Shared cost has its pool as the service, and neither
// resource nor tags, so that the items of those sum to direct cost at most.
type CostItem struct {
	Period    period.Period
	Dimension string
	Item      string
	Currency  string
	Amount    decimal.Decimal
}

// TagTotal is what an account bore for resources with the same tags.
type TagTotal struct {
	Tags     Tags
	Currency string
	// Shared says that it is part of pools, which have no tags.
	Shared bool
	Amount decimal.Decimal
}
