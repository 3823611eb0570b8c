package allocation

import (
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// FlowTenants stands, among the receivers of AllocationRule.FlowsTo, for the tenants among whom the
// rule's strategy splits.
const FlowTenants = "tenants"

// reachesTenants reports whether the rule splits any of its pool among tenants itself.
func (r *AllocationRule) reachesTenants() bool {
	_, listed := r.FlowsTo[FlowTenants]
	return listed || len(r.FlowsTo) == 0
}

// checkFlows refuses receivers and weights that could not be used whatever other rules say.
func (r *AllocationRule) checkFlows() error {
	if len(r.FlowsTo) == 0 {
		return nil
	}
	sum := decimal.Zero
	for _, receiver := range sortedKeys(r.FlowsTo) {
		if err := tenancy.CheckID(receiver); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "pool id %.140q in flows_to is not usable", receiver)
		}
		weight := r.FlowsTo[receiver]
		if !weight.IsPositive() {
			return fault.New(fault.InvalidInput, "flows_to gives %q the weight %s; weights are positive", receiver, weight)
		}
		sum = sum.Add(weight)
	}
	if !sum.Equal(decimal.NewFromInt(1)) {
		return fault.New(fault.InvalidInput, "the weights of flows_to sum to %s; they must sum to 1", sum)
	}
	return nil
}

// flowOrder finds, per pool, how many pools at most lie before it on a way along which cost flows:
// 0 where it receives nothing. A receiver without a rule, and pools that flow in a circle, at
// whatever times, are InvalidInput errors; the circle is named from its first pool on.
func (s RuleSet) flowOrder() (map[string]int, error) {
	receivers := make(map[string][]string)
	pools := s.Pools()
	for _, version := range s.pools {
		from := version.Pool.PoolID
		for _, receiver := range sortedKeys(version.Pool.FlowsTo) {
			switch {
			case receiver == FlowTenants || slices.Contains(receivers[from], receiver):
				continue
			case !slices.Contains(pools, receiver):
				return nil, fault.New(fault.InvalidInput, "pool %q flows into pool %q, which has no rule; add one", from, receiver)
			}
			receivers[from] = append(receivers[from], receiver)
		}
	}
	walk := flowWalk{receivers: receivers, state: make(map[string]visit, len(pools))}
	for _, pool := range pools {
		if err := walk.from(pool); err != nil {
			return nil, err
		}
	}
	depth := make(map[string]int, len(pools))
	for _, pool := range slices.Backward(walk.done) {
		for _, receiver := range receivers[pool] {
			depth[receiver] = max(depth[receiver], depth[pool]+1)
		}
	}
	return depth, nil
}

// flowWalk follows flows from pool to pool, each pool once.
type flowWalk struct {
	receivers map[string][]string
	state     map[string]visit
	path      []string
	// done lists the pools that were left, each behind all that it flows into.
	done []string
}

type visit int

const (
	visitUnderWay visit = iota + 1
	visitOver
)

func (w *flowWalk) from(pool string) error {
	switch w.state[pool] {
	case visitOver:
		return nil
	case visitUnderWay:
		return fault.New(fault.InvalidInput, "pools flow in a circle: %s; end it at one of them",
			strings.Join(append(w.path[slices.Index(w.path, pool):], pool), " → "))
	}
	w.state[pool] = visitUnderWay
	w.path = append(w.path, pool)
	for _, receiver := range w.receivers[pool] {
		if err := w.from(receiver); err != nil {
			return err
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.state[pool], w.done = visitOver, append(w.done, pool)
	return nil
}
