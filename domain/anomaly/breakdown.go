package anomaly

import (
	"cmp"
	"maps"
	"slices"

	"github.com/shopspring/decimal"
)

// Dimension is a way to cut a cost into items.
type Dimension string

// The dimensions that every bill has. A tag's key is one of its own, see [TagDimension].
const (
	DimensionCategory Dimension = "category"
	DimensionService  Dimension = "service"
	DimensionResource Dimension = "resource"
)

// TagDimension returns the dimension of a tag's key, such as "tag:team". Its items are the key's
// values: one cost counts once per key, so that the items of one key sum to no more than the cost.
func TagDimension(key string) Dimension { return Dimension("tag:" + key) }

// Breakdown holds a cost's items per dimension, in the cost's currency. Items need not sum to the
// cost; what is missing goes to the rest.
type Breakdown map[Dimension]map[string]decimal.Decimal

// OtherItem is the name under which [Explain] reports what its named items leave over.
const OtherItem = "(other)"

// mostCauses is the number of items that are named per dimension: what a person reads in one glance.
const mostCauses = 3

// Cause is one item's part of a rise.
type Cause struct {
	Dimension Dimension `json:"dimension"`
	Item      string    `json:"item"`
	// Rest marks what the named items leave over; its Item is [OtherItem].
	Rest bool `json:"rest,omitempty"`
	// Contribution is the item's current cost minus its expected one.
	Current      decimal.Decimal `json:"current"`
	Expected     decimal.Decimal `json:"expected"`
	Contribution decimal.Decimal `json:"contribution"`
	// Share is Contribution as a share of the rise with four digits; above 1 where other items fell.
	Share string `json:"share,omitempty"`
}

// Explain says which items of each dimension rose the most between what was expected and what came.
// An item is expected to cost its mean over the baseline's breakdowns (one for each lookback period,
// or for like days), rounded to the given fractional digits; one that a breakdown lacks cost nothing
// there. Per dimension it names at most three items that rose, the largest first (equal ones by
// name), followed by a rest, so that a dimension's contributions sum to current − expected exactly.
// Dimensions come in the order of their names; one that current lacks is left out.
func Explain(current, expected decimal.Decimal, now Breakdown, baseline []Breakdown, digits int32) []Cause {
	var causes []Cause
	for _, dimension := range slices.Sorted(maps.Keys(now)) {
		rises := itemRises(dimension, now[dimension], baseline, digits)
		rest := Cause{Dimension: dimension, Item: OtherItem, Rest: true, Current: current, Expected: expected}
		for _, cause := range rises[:min(mostCauses, len(rises))] {
			rest.Current = rest.Current.Sub(cause.Current)
			rest.Expected = rest.Expected.Sub(cause.Expected)
			cause.Share = deviation(cause.Contribution, current.Sub(expected))
			causes = append(causes, cause)
		}
		rest.Contribution = rest.Current.Sub(rest.Expected)
		rest.Share = deviation(rest.Contribution, current.Sub(expected))
		if !rest.Current.IsZero() || !rest.Expected.IsZero() {
			causes = append(causes, rest)
		}
	}
	return causes
}

// itemRises returns the items of one dimension that rose, the largest rise first.
func itemRises(dimension Dimension, now map[string]decimal.Decimal, baseline []Breakdown, digits int32) []Cause {
	var rises []Cause
	for item, cost := range now {
		past := decimal.Zero
		for _, breakdown := range baseline {
			past = past.Add(breakdown[dimension][item])
		}
		if len(baseline) > 0 {
			past = past.DivRound(decimal.New(int64(len(baseline)), 0), digits)
		}
		cause := Cause{Dimension: dimension, Item: item, Current: cost, Expected: past, Contribution: cost.Sub(past)}
		if cause.Contribution.IsPositive() {
			rises = append(rises, cause)
		}
	}
	slices.SortFunc(rises, func(a, b Cause) int {
		return cmp.Or(b.Contribution.Cmp(a.Contribution), cmp.Compare(a.Item, b.Item))
	})
	return rises
}
