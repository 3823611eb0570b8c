package allocation

import (
	"maps"
	"math/big"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// Usage sums metered quantities per tenant and category, exactly and in any order. It is not safe
// for concurrent use; goroutines each fill one and Merge them.
type Usage struct {
	roster   *Roster
	segments segments
	// columns holds a sum per tenant for each segment and category that occurs.
	columns []*money.Sums
	// cut holds what dated usage contributes where a rule's change cuts it; such parts are rational.
	cut    map[cutKey]*big.Rat
	pieces []piece
	// filled says that a line was added, and so that usage drives the split.
	filled bool
	// inactive says, by place, who is active at no time of the span; nil where everybody is active.
	inactive []bool
	// leftOut says, by place, whose usage was left out since they are active at no time of the span.
	leftOut map[int]bool
}

// cutKey is a tenant's place within a column.
type cutKey struct{ column, tenant int }

const categoryCount = 6

// NewUsage returns an empty sum for the tenants of a roster over a span in which rules change or not.
func NewUsage(roster *Roster, rules RuleSet, span Span) *Usage {
	return newUsage(roster, newSegments(span, rules.boundaries()))
}

func newUsage(roster *Roster, s segments) *Usage {
	return &Usage{
		roster: roster, segments: s, columns: make([]*money.Sums, s.count()*categoryCount),
		inactive: roster.inactive(s.span),
	}
}

// Empty reports whether there is no usage that counts. A bill of which that is true is driven by
// direct cost: everything that allocates a bill decides so, and by this alone.
func (u *Usage) Empty() bool { return u == nil || !u.filled }

// Active reports whether the tenant at a place of the roster is active at some time of the span.
func (u *Usage) Active(tenant int) bool { return u.inactive == nil || !u.inactive[tenant] }

// NeedsDates reports whether a rule changes within the span, so that every line needs its time.
func (u *Usage) NeedsDates() bool { return len(u.segments.cuts) > 0 }

// Add adds one line. A tenant that the roster does not list, an unknown category, and a line without
// a start where a rule changes within the span are InvalidInput errors. A line of a tenant that is
// active at no time of the span is left out, and noted with the result: such a tenant bears nothing.
func (u *Usage) Add(line charge.Usage) error {
	tenant, listed := u.roster.Place(line.TenantID)
	if !listed {
		return fault.New(fault.InvalidInput, "usage names tenant %.140q, who is not listed", line.TenantID)
	}
	category, known := categoryPlace(line.Category)
	if !known {
		_, err := ParseCategory(line.Category)
		return err
	}
	if !u.Active(tenant) {
		if u.leftOut == nil {
			u.leftOut = make(map[int]bool)
		}
		u.leftOut[tenant] = true
		return nil
	}
	if !u.NeedsDates() {
		u.filled = true
		u.column(category).AddDecimal(tenant, line.Quantity)
		return nil
	}
	if line.Start.IsZero() {
		return fault.New(fault.InvalidInput, "usage of tenant %q has no start, but a rule changes at %s; date the usage",
			line.TenantID, u.segments.cuts[0].Format(time.RFC3339))
	}
	u.addDated(tenant, category, line)
	return nil
}

// AddPlaced adds an undated quantity of the tenant at a place of the roster. It is the fast path of
// Add, for callers that have looked tenant and category up, where NeedsDates is false and the tenant
// is Active.
func (u *Usage) AddPlaced(tenant, category int, quantity money.Fixed) {
	u.filled = true
	u.column(category).AddFixed(tenant, quantity)
}

// CategoryPlace returns the number by which AddPlaced calls a category, or false for an unknown one.
func CategoryPlace(name []byte) (int, bool) { return categoryPlace(string(name)) }

func categoryPlace(name string) (int, bool) {
	switch CostCategory(name) {
	case CategoryCompute:
		return 0, true
	case CategoryStorage:
		return 1, true
	case CategoryNetwork:
		return 2, true
	case CategoryShared:
		return 3, true
	case CategoryReserved:
		return 4, true
	case CategorySupport:
		return 5, true
	default:
		return 0, false
	}
}

// addDated adds a line to the segments that its time touches, in proportion to time.
func (u *Usage) addDated(tenant, category int, line charge.Usage) {
	u.filled = true
	u.pieces = pieces(line.Start, line.End, u.segments.cuts, u.pieces)
	if len(u.pieces) == 1 {
		u.column(u.segments.at(line.Start)*categoryCount+category).AddDecimal(tenant, line.Quantity)
		return
	}
	total := new(big.Rat)
	for _, piece := range u.pieces {
		total.Add(total, new(big.Rat).SetInt64(piece.weight))
	}
	perNanosecond := total.Quo(line.Quantity.Rat(), total)
	for _, piece := range u.pieces {
		key := cutKey{u.segments.at(piece.start)*categoryCount + category, tenant}
		u.column(key.column)
		if u.cut == nil {
			u.cut = make(map[cutKey]*big.Rat)
		}
		if u.cut[key] == nil {
			u.cut[key] = new(big.Rat)
		}
		part := new(big.Rat).SetInt64(piece.weight)
		u.cut[key].Add(u.cut[key], part.Mul(part, perNanosecond))
	}
}

func (u *Usage) column(place int) *money.Sums {
	if u.columns[place] == nil {
		u.columns[place] = money.NewSums(u.roster.Len())
	}
	return u.columns[place]
}

// Merge adds what another sum of the same roster, rules and span holds.
func (u *Usage) Merge(other *Usage) {
	u.filled = u.filled || other.filled
	if len(other.leftOut) > 0 {
		if u.leftOut == nil {
			u.leftOut = make(map[int]bool)
		}
		maps.Copy(u.leftOut, other.leftOut)
	}
	for place, column := range other.columns {
		if column != nil {
			u.column(place).AddSums(column)
		}
	}
	for key, part := range other.cut {
		if u.cut == nil {
			u.cut = make(map[cutKey]*big.Rat)
		}
		if u.cut[key] == nil {
			u.cut[key] = new(big.Rat)
		}
		u.cut[key].Add(u.cut[key], part)
	}
}
