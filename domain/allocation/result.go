package allocation

import "github.com/shopspring/decimal"

// The names of pools that are not split by rules: direct cost by category, and what leads from
// effective to billed cost. A colon keeps them apart from the ids of rules' pools.
const (
	DirectPoolPrefix = "direct:"
	PoolPrepaid      = "bridge:prepaid"
	PoolVariance     = "bridge:variance"
)

// Result is an allocated bill.
type Result struct {
	// Version is the arithmetic, "lrm-1".
	Version string
	Basis   CostBasis
	Span    Span
	// Drivers says what proportional pools were split by: "usage", or "direct cost" where no usage
	// was given.
	Drivers string
	// Rules lists the rules that the bill was allocated by.
	Rules []RuleVersion
	// Pools are in the order of stage, pool and currency.
	Pools []PoolResult
	// BridgeStage is the stage of bridges: the one behind all shared pools of the rules.
	BridgeStage int
	// Totals are in byte order of currency.
	Totals []CurrencyTotal
	Rows   int64

	leftOut []string // tenants whose usage was, in byte order
}

// CurrencyTotal sums one currency of a result. Tenants and Accounts together are Billed, exactly.
type CurrencyTotal struct {
	Currency          string
	Billed, Effective decimal.Decimal
	Tenants           decimal.Decimal
	Accounts          map[string]decimal.Decimal
	// Coverage is the share of the allocated cost, by absolute amounts of rows, that reached
	// tenants: 0 to 1, six digits, rounded toward zero; 1 where nothing was allocated.
	Coverage decimal.Decimal
	// Rows counts charges, Mapped those parts of charges that the mapping led somewhere.
	Rows, Mapped int64
	Cells        int64
}

// Drivers of proportional pools.
const (
	DriversUsage      = "usage"
	DriversDirectCost = "direct cost"
)
