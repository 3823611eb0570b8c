package allocation

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// CostBasis names the FOCUS cost column that is allocated.
type CostBasis string

// Effective cost is allocated by default; billed cost is always what is reconciled with invoices.
const (
	BasisEffective CostBasis = "effective"
	BasisBilled    CostBasis = "billed"
)

// BillOptions say how a bill is allocated.
type BillOptions struct {
	Rules RuleSet
	// Roster lists the tenants. Where it is nil, every tenant that the mapping names exists.
	Roster *Roster
	// Owners resolves the {owner} of mappings.
	Owners Owners
	// Span is the time that is allocated; the caller chooses the charges that belong to it.
	Span  Span
	Basis CostBasis
	// OnPart, where not nil, hears of every part of a charge and where it went; the part is valid
	// during the call alone.
	OnPart func(*PlacedPart)
}

// Bill sums the charges of a bill by where the mapping leads them. It is not safe for concurrent
// use.
type Bill struct {
	options  BillOptions
	segments segments
	matchers []*matcher // per segment
	sums     map[sumKey]*money.Sum
	totals   map[string]*billTotal
	cuts     []time.Time
	part     PlacedPart // the one under way
	rows     int64
}

// sumKey is where a part of a charge goes: a pool's amount in a segment of the span, or an account's
// direct cost in a category.
type sumKey struct {
	pool     string // empty for direct cost
	account  string // empty for a pool
	category CostCategory
	currency string
	segment  int
}

// billTotal sums one currency over all rows.
type billTotal struct {
	minorDigits       int
	billed, effective money.Sum
	// magnitude sums absolute amounts of the basis, by whether a tenant or a pool bears them.
	magnitude, borne money.Sum
	pools            map[string]*money.Sum
	rows, mapped     int64
}

// NewBill prepares to sum a bill. A mapping or weight that names an unlisted tenant, a span that is none,
// and rules or tenants with times in a span of all time are InvalidInput errors.
func NewBill(options BillOptions) (*Bill, error) {
	if err := options.Span.Validate(); err != nil {
		return nil, err
	}
	if options.Span.IsZero() && options.Rules.Dated() {
		return nil, fault.New(fault.InvalidInput, "rules begin or end, so that the period matters; name it")
	}
	if options.Roster != nil {
		if err := checkDates(options.Roster, options.Span); err != nil {
			return nil, err
		}
		for _, version := range options.Rules.pools {
			if err := checkWeighed(version.Pool, options.Roster); err != nil {
				return nil, err
			}
		}
	}
	b := &Bill{
		options: options, segments: newSegments(options.Span, options.Rules.boundaries()),
		sums: make(map[sumKey]*money.Sum), totals: make(map[string]*billTotal),
	}
	return b, b.prepareMatchers()
}

// prepareMatchers makes the matcher of each segment. Segments between which no mapping begins or
// ends share one, and so what it remembers.
func (b *Bill) prepareMatchers() error {
	prepared := make(map[string]*matcher)
	for segment := range b.segments.count() {
		mappings := b.options.Rules.mappingsIn(b.segments.bounds(segment, segment))
		var key strings.Builder
		for _, version := range mappings {
			fmt.Fprintf(&key, "%s %s\n", version.RuleID, version.ContentHash)
		}
		m := prepared[key.String()]
		if m == nil {
			var err error
			if m, err = newMatcher(mappings, b.options.Roster); err != nil {
				return err
			}
			prepared[key.String()] = m
		}
		b.matchers = append(b.matchers, m)
	}
	return nil
}

// Add adds a charge, which is not kept. An unknown currency, and a charge without times where a rule
// changes within the span or the owner decides, are InvalidInput errors.
func (b *Bill) Add(c *charge.Charge) error {
	total := b.totals[c.Currency]
	if total == nil {
		minorDigits, err := money.MinorDigits(c.Currency)
		if err != nil {
			return fault.Wrap(err, fault.InvalidInput, "charge %d cannot be allocated", c.SourceRow)
		}
		total = &billTotal{minorDigits: minorDigits, pools: make(map[string]*money.Sum)}
		b.totals[c.Currency] = total
	}
	b.rows++
	total.rows++
	total.billed.AddDecimal(c.BilledCost)
	total.effective.AddDecimal(c.EffectiveCost)
	amount := c.EffectiveCost
	if b.options.Basis == BasisBilled {
		amount = c.BilledCost
	}
	b.part = PlacedPart{Charge: c, Start: c.ChargePeriodStart, End: c.ChargePeriodEnd, Amount: amount}
	if len(b.segments.cuts) == 0 {
		return b.place(total, 0)
	}
	if c.ChargePeriodStart.IsZero() {
		return fault.New(fault.InvalidInput, "charge %d has no charge period, but a rule changes at %s; date the charges",
			c.SourceRow, b.segments.cuts[0].Format(time.RFC3339))
	}
	return cut(c.ChargePeriodStart, c.ChargePeriodEnd, b.segments.cuts, amount, total.minorDigits,
		func(start, end time.Time, part decimal.Decimal) error {
			b.part.Start, b.part.End, b.part.Amount = start, end, part
			return b.place(total, b.segments.at(start))
		})
}
