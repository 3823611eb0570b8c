package allocation

import (
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// spread is a pool that is not direct, with the ratio in which its cells go to days.
type spread struct {
	pool     string
	category CostCategory
	currency string
	digits   int
	weights  money.Weights
	days     money.Accrual
	// result is nil for bridges, whose cells are known by name.
	result *PoolResult
}

// spreadCell is what an account bears of such a pool.
type spreadCell struct {
	*spread
	amount decimal.Decimal
}

// Finish adds the cells that no charge led to directly, those of shared pools and of bridges, and
// hands everything on. result is what the bill of the same charges gave; variances are what was
// booked to @variance beside it, by currency.
func (p *CostProjection) Finish(result *Result, variances map[string]decimal.Decimal) error {
	if p.flush(); p.err != nil {
		return p.err
	}
	cells, err := p.cells(result, variances)
	if err != nil {
		return err
	}
	return p.finishMonths(cells.names(p.accounts), cells)
}

// finishMonths spreads the cells over days and hands the months on, account by account.
func (p *CostProjection) finishMonths(names []string, cells *spreadCells) error {
	var batch []CostMonth
	for _, name := range names {
		account := p.account(name)
		active := p.days.activity(cells.roster, name)
		for cell := range cells.of(name) {
			row := account.row(p.days, cell.category, cell.currency)
			if err := cell.over(row, active); err != nil {
				return err
			}
			row.shared = append(row.shared, SharedCell{cell.pool, cell.amount})
		}
		batch = account.months(name, batch)
		delete(p.accounts, name)
		if len(batch) < lineBatch {
			continue
		}
		if err := p.sink.Months(batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	if len(batch) == 0 {
		return nil
	}
	return p.sink.Months(batch)
}

// over adds the cell to the days of a row, those in which its bearer was active.
func (c spreadCell) over(row *dayRow, active activity) error {
	days, err := active.limit(c.weights, c.days)
	if err != nil {
		return err
	}
	digits := money.QuantumDigits(c.digits, c.amount)
	days.AddTo(row.sums, money.Units(c.amount, digits), digits)
	return nil
}

// spreadCells finds the cells of an account in pools that are not direct.
type spreadCells struct {
	shared []*spread
	roster *Roster // of the shared pools; nil without any
	named  map[string][]spreadCell
}

// cells prepares the pools that are not direct.
func (p *CostProjection) cells(result *Result, variances map[string]decimal.Decimal) (*spreadCells, error) {
	cells := &spreadCells{named: make(map[string][]spreadCell)}
	for i := range result.Pools {
		pool := &result.Pools[i]
		if pool.Stage == StageDirect {
			continue
		}
		prepared, err := p.spread(pool.Pool, pool.Category, pool.Currency, pool.Amount.Sign())
		if err != nil {
			return nil, err
		}
		if pool.roster == nil {
			for cell := range pool.Cells() {
				cells.add(cell.Account, prepared, cell.Amount)
			}
			continue
		}
		prepared.result, cells.roster = pool, pool.roster
		cells.shared = append(cells.shared, prepared)
		if residual, left := pool.residual(); left {
			cells.add(AccountUnallocated, prepared, residual)
		}
	}
	for _, currency := range sortedKeys(variances) {
		prepared, err := p.spread(PoolVariance, CategoryShared, currency, 0)
		if err != nil {
			return nil, err
		}
		cells.add(AccountVariance, prepared, variances[currency])
	}
	return cells, nil
}

// spread prepares a pool's ratio: that of its own charges, where it has any.
func (p *CostProjection) spread(pool string, category CostCategory, currency string, sign int) (*spread, error) {
	minorDigits, err := money.MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	weights, err := p.days.weights(p.pools[poolKey{pool, currency}], sign)
	return &spread{
		pool: pool, category: category, currency: currency, digits: minorDigits,
		weights: weights, days: money.NewAccrual(weights),
	}, err
}

func (c *spreadCells) add(account string, of *spread, amount decimal.Decimal) {
	if !amount.IsZero() {
		c.named[account] = append(c.named[account], spreadCell{of, amount})
	}
}

// names lists everybody who bears something, and who may, in byte order.
func (c *spreadCells) names(direct map[string]*accountCosts) []string {
	names := slices.AppendSeq(slices.Collect(maps.Keys(direct)), maps.Keys(c.named))
	if c.roster != nil {
		for place := range c.roster.Len() {
			names = append(names, c.roster.Tenant(place).ID)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return slices.Compact(names)
}

// of yields the cells of an account that are not zero, in the order of pools.
func (c *spreadCells) of(account string) func(yield func(spreadCell) bool) {
	return func(yield func(spreadCell) bool) {
		if c.roster != nil {
			if place, listed := c.roster.Place(account); listed {
				for _, pool := range c.shared {
					amount := pool.result.TenantCell(place)
					if !amount.IsZero() && !yield(spreadCell{pool, amount}) {
						return
					}
				}
			}
		}
		for _, cell := range c.named[account] {
			if !yield(cell) {
				return
			}
		}
	}
}

// months appends the account's rows in which anything happened.
func (a *accountCosts) months(name string, into []CostMonth) []CostMonth {
	for _, row := range a.rows {
		if len(row.shared) > 0 || !row.sums.IsZero() {
			into = append(into, CostMonth{Account: name, Category: row.category, Currency: row.currency, Days: row.sums, Shared: row.shared})
		}
	}
	return into
}
