package api

import (
	"context"
	"slices"
	"sync"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costs"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// keptRecalculations is how many results are kept at hand, so that the tenants of a month who ask for
// theirs do not each allocate all of it. One of 10,000 tenants and 20 pools takes about 10 MB.
const keptRecalculations = 3

// recalculations keeps results that were calculated anew from what attempts froze. An attempt freezes
// once, so a result never changes. It is safe for concurrent use.
type recalculations struct {
	mu    sync.Mutex
	items []*recalculated
}

// recalculated is a result, there or on its way: done is closed when it is there.
type recalculated struct {
	ref    closing.AttemptRef
	done   chan struct{}
	result *allocation.Result
	err    error
}

// get returns a kept result, waits for one on its way, or calculates it. Errors are not kept: the
// next who asks tries again, and so does one who waited for another's request that was given up.
func (r *recalculations) get(ctx context.Context, ref closing.AttemptRef, calculate func() (*allocation.Result, error)) (*allocation.Result, error) {
	for {
		item, mine := r.find(ref)
		if mine {
			return r.fill(item, calculate)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-item.done:
		}
		if item.err == nil {
			return item.result, nil
		}
	}
}

func (r *recalculations) fill(item *recalculated, calculate func() (*allocation.Result, error)) (*allocation.Result, error) {
	item.err = fault.New(fault.Internal, "the calculation broke off") // what is left after a panic
	defer func() {
		if item.err != nil {
			r.drop(item)
		}
		close(item.done)
	}()
	item.result, item.err = calculate()
	return item.result, item.err
}

// find returns the item of an attempt and makes it the last to go; mine says that it is a new one,
// which the caller has to fill.
func (r *recalculations) find(ref closing.AttemptRef) (item *recalculated, mine bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	place := slices.IndexFunc(r.items, func(item *recalculated) bool { return item.ref == ref })
	if place >= 0 {
		item = r.items[place]
		r.items = slices.Delete(r.items, place, place+1)
	} else {
		item, mine = &recalculated{ref: ref, done: make(chan struct{})}, true
		if len(r.items) == keptRecalculations {
			r.items = slices.Delete(r.items, 0, 1)
		}
	}
	r.items = append(r.items, item)
	return item, mine
}

func (r *recalculations) drop(item *recalculated) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items = slices.DeleteFunc(r.items, func(kept *recalculated) bool { return kept == item })
}

// frozenCalculation prepares to allocate what an attempt froze, by the rules that it froze.
func (s *server) frozenCalculation(ctx context.Context, ref closing.AttemptRef) (costs.Calculation, error) {
	manifest, err := s.Periods.Manifest(ctx, ref)
	if err != nil {
		return costs.Calculation{}, err
	}
	versions, err := s.frozenRules(ctx, ref)
	if err != nil {
		return costs.Calculation{}, err
	}
	rules, err := allocation.NewRuleSet(versions)
	return costs.Calculation{Inputs: s.Frozen, Ref: ref, Rules: rules, Basis: allocation.CostBasis(manifest.Basis)}, err
}

// storedResult computes the cells of a stored result again: from what its charges came to, or from the
// charges themselves where a rule changes within the period.
func (s *server) storedResult(ctx context.Context, ref closing.AttemptRef, whole ledger.Filter) (*allocation.Result, error) {
	return s.recalculated.get(ctx, ref, func() (*allocation.Result, error) {
		calculation, err := s.frozenCalculation(ctx, ref)
		if err != nil {
			return nil, err
		}
		result, restored, err := calculation.Restore(ctx, s.placedSums(ctx, whole))
		if err != nil || restored {
			return result, err
		}
		return calculation.Run(ctx)
	})
}
