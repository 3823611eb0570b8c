package allocation

import (
	"iter"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// The stages in which a bill becomes cells; cells of a later stage rest on those of earlier ones.
const (
	// StageDirect holds rows that the mapping leads straight to a tenant or account.
	StageDirect = 1
	// StageShared holds pools that rules split. A pool into which others flow stands a stage behind the
	// last of them.
	StageShared = 2
	// StageBridge holds what leads from the allocated cost to the billed one, where no pool flows into
	// another; see Result.BridgeStage.
	StageBridge = 3
)

// Flow is an amount that one pool passes on to another.
type Flow struct {
	Pool   string          `json:"pool_id"`
	Amount decimal.Decimal `json:"amount"`
}

// PoolResult is a pool with its cells in one currency. The cells and what is passed on sum to Amount
// exactly.
type PoolResult struct {
	Stage    int
	Pool     string
	Category CostCategory
	Currency string
	// Amount is what was charged to the pool and what it received.
	Amount decimal.Decimal
	// Received and Passed are, in byte order of pool, what pools of earlier stages passed on to this
	// one, and what it passes on to pools of later stages.
	Received, Passed []Flow
	// Parts explain what a shared pool splits among tenants; other pools have none.
	Parts []Part

	roster *Roster // nil for a pool that is not split among tenants
	direct []Cell  // of pools that are not split, in byte order of account
	// mapping is the rule that led to direct cells, where one was in effect all the time.
	mapping *RuleVersion
}

// Cell is what a tenant or a reserved account bears of a pool, at full precision.
type Cell struct {
	Account string
	Amount  decimal.Decimal
}

// Cells yields the pool's cells in byte order of account. A shared pool has one for every tenant of
// the roster, zero cells included.
func (p *PoolResult) Cells() iter.Seq[Cell] {
	if p.roster == nil {
		return slices.Values(p.direct)
	}
	return func(yield func(Cell) bool) {
		residual, left := p.residual()
		for place, tenant := range p.roster.tenants {
			if left && tenant.ID > AccountUnallocated {
				left = false
				if !yield(Cell{AccountUnallocated, residual}) {
					return
				}
			}
			if !yield(Cell{tenant.ID, p.TenantCell(place)}) {
				return
			}
		}
		if left {
			yield(Cell{AccountUnallocated, residual})
		}
	}
}

// TenantCell returns the cell of the tenant at a place of the roster in a shared pool.
func (p *PoolResult) TenantCell(place int) decimal.Decimal {
	amount := p.Parts[0].cell(place)
	for i := range p.Parts[1:] {
		amount = amount.Add(p.Parts[i+1].cell(place))
	}
	return amount
}

// residual returns what no tenant bears of a shared pool, and whether there is such a part.
func (p *PoolResult) residual() (amount decimal.Decimal, left bool) {
	for i := range p.Parts {
		if p.Parts[i].Fallback == FallbackResidual {
			amount, left = amount.Add(p.Parts[i].Amount), true
		}
	}
	return amount, left
}

// Digits returns the number of fractional digits with which the pool's cells are written: those of
// the currency, or more where a cell has more.
func (p *PoolResult) Digits() int {
	digits, _ := money.MinorDigits(p.Currency) // known, or nothing would have been allocated in it
	for i := range p.Parts {
		digits = max(digits, p.Parts[i].Digits)
	}
	for _, cell := range p.direct {
		digits = money.QuantumDigits(digits, cell.Amount)
	}
	return digits
}

// IsShared reports whether rules split the pool.
func (p *PoolResult) IsShared() bool {
	return p.Stage != StageDirect && p.Pool != PoolPrepaid && p.Pool != PoolVariance
}

// Roster returns the tenants that a shared pool was split among; nil for other pools.
func (p *PoolResult) Roster() *Roster { return p.roster }

// byKey orders results by stage, pool and currency.
func byKey(a, b PoolResult) int {
	if a.Stage != b.Stage {
		return a.Stage - b.Stage
	}
	if order := strings.Compare(a.Pool, b.Pool); order != 0 {
		return order
	}
	return strings.Compare(a.Currency, b.Currency)
}
