package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costs"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Allocated counts what became of the charges.
type Allocated struct {
	Charges      int64 `json:"charges"`
	Transactions int   `json:"transactions"`
}

// AllocateCosts computes the result of the frozen inputs and stores it, a ledger transaction per pool
// and currency. The same manifest gives the same transactions, so that a repetition finds what it
// stored before and adds the rest.
func (a *Allocation) AllocateCosts(ctx context.Context, ref closing.AttemptRef) (Allocated, error) {
	pulse, err := startPulse(ctx, a.Periods, ref, StepAllocate)
	if err != nil {
		return Allocated{}, ApplicationError(err)
	}
	defer pulse.stop()
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return Allocated{}, ApplicationError(err)
	}
	result, err := a.allocate(ctx, status, pulse)
	if err != nil {
		return Allocated{}, ApplicationError(err)
	}
	booked := bookResult(ref, result, status.Reconciliation)
	for _, transaction := range booked.transactions {
		if err := a.Ledger.Put(ctx, transaction); err != nil {
			return Allocated{}, ApplicationError(err)
		}
	}
	// The totals wait without a hash until the stored result is verified against them.
	if err := a.Periods.SaveResult(ctx, ref, "", booked.totals); err != nil {
		return Allocated{}, ApplicationError(err)
	}
	return Allocated{Charges: result.Rows, Transactions: len(booked.transactions)}, nil
}

// allocate runs the engine over what the manifest names, and stores the costs by day and resource
// that the result consists of.
func (a *Allocation) allocate(ctx context.Context, status closing.Status, pulse *pulse) (*allocation.Result, error) {
	ref := status.Ref()
	manifest, err := a.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	if manifest.AllocationVersion != allocation.Version {
		return nil, fault.New(fault.Conflict, "the close was frozen for rule %s, this worker computes %s; run a worker of that release", manifest.AllocationVersion, allocation.Version)
	}
	for _, input := range manifest.Inputs {
		if input.Kind == string(intake.KindCharges) || input.Kind == intake.InputLate {
			pulse.total.Add(input.Rows)
		}
	}
	rules, err := a.frozenRules(ctx, manifest)
	if err != nil {
		return nil, err
	}
	calculation := costs.Calculation{
		Inputs: a.Inputs, Ref: ref, Rules: rules, Basis: allocation.CostBasis(manifest.Basis),
		OnCharge: func() { pulse.done.Add(1) },
	}
	if status.Reconciliation != nil {
		calculation.Variances = status.Reconciliation.Variance
	}
	var result *allocation.Result
	err = a.Costs.StoreCosts(ctx, ref, status.ManifestHash, func(sink allocation.CostSink) error {
		calculation.Costs = sink
		result, err = calculation.Run(ctx)
		return err
	})
	return result, err
}

// AllocateCosts calls the activity of that name.
func AllocateCosts(ctx workflow.Context, ref closing.AttemptRef) (Allocated, error) {
	return execute[Allocated](ctx, allocations.AllocateCosts, "splits every charge, and each pool over its tenants", ref)
}
