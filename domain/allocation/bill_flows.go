package allocation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// flows are what pools pass on to each other in one currency, and what is left to split among
// tenants. Each segment of the span is divided by the rules in effect in it.
type flows struct {
	// reached holds, per pool and segment, what was charged and received.
	reached map[poolSegment]*money.Sum
	// kept is the part of it that the pool's strategy splits.
	kept map[poolSegment]*money.Sum
	// moved is keyed by giver and receiver.
	moved map[[2]string]*money.Sum
}

type poolSegment struct {
	pool    string
	segment int
}

// bridgeStage is the stage behind all shared pools.
func (s RuleSet) bridgeStage() int {
	stage := StageBridge
	for _, depth := range s.depth {
		stage = max(stage, StageShared+depth+1)
	}
	return stage
}

// flows lets the charges of a currency flow from pool to pool, each after all that flow into it.
func (b *Bill) flows(currency string, minorDigits int) (*flows, error) {
	f := &flows{
		reached: make(map[poolSegment]*money.Sum), kept: make(map[poolSegment]*money.Sum),
		moved: make(map[[2]string]*money.Sum),
	}
	for key, sum := range b.sums {
		if key.pool != "" && key.currency == currency {
			addTo(f.reached, poolSegment{key.pool, key.segment}).AddSum(sum)
		}
	}
	depth := b.options.Rules.depth
	pools := b.options.Rules.Pools()
	slices.SortStableFunc(pools, func(a, b string) int { return cmp.Compare(depth[a], depth[b]) })
	for _, pool := range pools {
		rules := b.options.Rules.rulesOf(pool)
		for segment := range b.segments.count() {
			place := poolSegment{pool, segment}
			if f.reached[place] == nil {
				continue
			}
			version, found := inEffect(rules, b.segments.bounds(segment, segment))
			if !found || len(version.Pool.FlowsTo) == 0 {
				f.kept[place] = f.reached[place] // without a rule it cannot be split, which is said later
				continue
			}
			if err := f.divide(version.Pool, place, minorDigits); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}

// divide passes a pool's amount in one segment on, by largest remainder in byte order of receiver.
func (f *flows) divide(rule *AllocationRule, place poolSegment, minorDigits int) error {
	receivers := sortedKeys(rule.FlowsTo)
	shares := make([]decimal.Decimal, len(receivers))
	for i, receiver := range receivers {
		shares[i] = rule.FlowsTo[receiver]
	}
	weights, err := money.DecimalWeights(shares)
	if err != nil {
		return err
	}
	amount := f.reached[place].Decimal()
	digits := money.QuantumDigits(minorDigits, amount)
	portions, err := money.Apportion(money.Units(amount, digits), weights)
	if err != nil {
		return err
	}
	for i, receiver := range receivers {
		part := portions.Decimal(i, digits)
		if receiver == FlowTenants {
			addTo(f.kept, place).AddDecimal(part)
			continue
		}
		addTo(f.moved, [2]string{place.pool, receiver}).AddDecimal(part)
		addTo(f.reached, poolSegment{receiver, place.segment}).AddDecimal(part)
	}
	return nil
}

// reach reports whether a pool was charged or receives anything.
func (f *flows) reach(pool string) bool {
	for place := range f.reached {
		if place.pool == pool {
			return true
		}
	}
	return false
}

// received and passed list what moves to and from a pool in byte order of the other.
func (f *flows) received(pool string) []Flow { return f.list(pool, 1, 0) }
func (f *flows) passed(pool string) []Flow   { return f.list(pool, 0, 1) }

func (f *flows) list(pool string, own, other int) []Flow {
	var list []Flow
	for between, sum := range f.moved {
		if between[own] == pool {
			list = append(list, Flow{between[other], sum.Decimal()})
		}
	}
	slices.SortFunc(list, func(a, b Flow) int { return strings.Compare(a.Pool, b.Pool) })
	return list
}

// addTo returns the sum of a key to add to.
func addTo[K comparable](sums map[K]*money.Sum, key K) *money.Sum {
	sum := sums[key]
	if sum == nil {
		sum = &money.Sum{}
		sums[key] = sum
	}
	return sum
}
