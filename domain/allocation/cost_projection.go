package allocation

import (
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

// CostProjection writes down, beside an allocation, what its cells consist of: by day and by
// resource. It hears of the charges as the bill is summed and of the shared cells at the end, so that
// per account and currency its days, its lines and the result's cells have the same sum, exactly.
//
//   - Direct cost counts on the days of its charge. A charge that lasts longer than a day is spread
//     by time; what lies outside the month counts on its nearest day, since it is on this month's
//     bill; a charge without times is spread evenly.
//   - A shared cell is spread by its pool's own days, each by how much of it its tenant was active.
//     Days that go against the pool's sign count as zero, as drivers below zero do; where no day is
//     left, it is spread evenly over the time in which the tenant was active.
//
// Time cuts a charge by largest remainder (money.Apportion); a cell accrues over the month's days
// (money.Accrual), so that it costs little to spread the cells of every tenant and pool. Memory grows with accounts and
// their categories, not with charges. It is not safe for concurrent use.
type CostProjection struct {
	days   calendar
	owners Owners
	sink   CostSink
	err    error

	accounts map[string]*accountCosts
	pools    map[poolKey]*dayRow

	lines map[lineKey]*lineSum
	// spare are lines that were handed on, to be begun anew: to give their memory back and ask for it
	// again takes a tenth of a close's time.
	spare []*lineSum
	tags  tagMemory
	batch []CostLine
}

// poolKey is a pool in a currency.
type poolKey struct{ pool, currency string }

// lineKey is what charges are summed by.
type lineKey struct {
	account, service, resource, project, currency string
	category                                      CostCategory
	tags                                          *Tags
}

// lineSum is a line that grows. Its own days are added to days, those of its account, category and
// currency, when it is handed on: to spread a charge over days costs more than all else here.
type lineSum struct {
	key  lineKey
	sum  money.Sum
	days *dayRow
	own  dayRow
}

// Bounds of what is kept in memory: lines are handed on and begun anew when there are so many.
const (
	rememberedLines = 1 << 17
	lineBatch       = 1 << 12
)

// NewCostProjection prepares to project the charges of a month. owners tell the projects of
// resources.
func NewCostProjection(month period.Period, owners Owners, sink CostSink) *CostProjection {
	return &CostProjection{
		days: newCalendar(month), owners: owners, sink: sink,
		accounts: make(map[string]*accountCosts), pools: make(map[poolKey]*dayRow),
		lines: make(map[lineKey]*lineSum), tags: newTagMemory(),
	}
}

// Add hears of a part of a charge; it is the OnPart of a bill. An error of the sink is kept, and from
// then on nothing is added.
func (p *CostProjection) Add(part *PlacedPart) {
	if p.err != nil {
		return
	}
	c := part.Charge
	if part.Pool != "" {
		key := poolKey{part.Pool, c.Currency}
		row := p.pools[key]
		if row == nil {
			row = p.days.newRow("", c.Currency)
			p.pools[key] = row
		}
		p.err = p.days.add(row, part)
		return
	}
	record, _ := p.owners.At(c.ResourceID, part.Start)
	line := p.line(lineKey{
		account: part.Account, category: part.Category, service: c.ServiceName, resource: c.ResourceID,
		project: record.ProjectID, currency: c.Currency, tags: p.tags.canonical(c.Tags),
	})
	if line == nil {
		return
	}
	line.sum.AddDecimal(part.Amount)
	p.err = p.days.add(&line.own, part)
}

// Err returns the sink's first error. Asking now and then saves the rest of a bill that can no longer
// be stored.
func (p *CostProjection) Err() error { return p.err }

// line finds a growing line or begins one; it is nil after an error.
func (p *CostProjection) line(key lineKey) *lineSum {
	line := p.lines[key]
	if line != nil {
		return line
	}
	if len(p.lines) == rememberedLines {
		if p.flush(); p.err != nil {
			return nil
		}
	}
	line = p.newLine()
	account := p.account(key.account)
	line.key, line.days = key, account.row(p.days, key.category, key.currency)
	line.own.minorDigits = line.days.minorDigits
	account.lines = append(account.lines, line)
	p.lines[key] = line
	return line
}

// newLine returns a line of nothing.
func (p *CostProjection) newLine() *lineSum {
	last := len(p.spare) - 1
	if last < 0 {
		return &lineSum{own: dayRow{sums: money.NewSums(p.days.count)}}
	}
	line := p.spare[last]
	p.spare = p.spare[:last]
	line.sum = money.Sum{}
	line.own.sums.Clear()
	return line
}

func (p *CostProjection) account(name string) *accountCosts {
	account := p.accounts[name]
	if account == nil {
		account = &accountCosts{}
		p.accounts[name] = account
	}
	return account
}

// flush hands the lines on in byte order of account, and begins anew.
func (p *CostProjection) flush() {
	for _, name := range sortedKeys(p.accounts) {
		account := p.accounts[name]
		for _, line := range account.lines {
			line.days.sums.AddSums(line.own.sums)
			p.put(CostLine{
				Account: line.key.account, Category: line.key.category, Service: line.key.service, Resource: line.key.resource,
				Project: line.key.project, Tags: *line.key.tags, Currency: line.key.currency, Amount: line.sum.Decimal(), Days: line.own.sums,
			})
		}
		account.lines = account.lines[:0]
	}
	p.handOn()
	for _, line := range p.lines {
		p.spare = append(p.spare, line)
	}
	clear(p.lines)
}

// put hands a line on, together with others.
func (p *CostProjection) put(line CostLine) {
	p.batch = append(p.batch, line)
	if len(p.batch) == lineBatch {
		p.handOn()
	}
}

func (p *CostProjection) handOn() {
	if p.err == nil && len(p.batch) > 0 {
		p.err = p.sink.Lines(p.batch)
	}
	p.batch = p.batch[:0]
}
