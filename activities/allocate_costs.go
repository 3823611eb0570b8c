package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
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
	result, err := a.allocate(ctx, ref, pulse)
	if err != nil {
		return Allocated{}, ApplicationError(err)
	}
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
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

// allocate runs the engine over what the manifest names.
func (a *Allocation) allocate(ctx context.Context, ref closing.AttemptRef, pulse *pulse) (*allocation.Result, error) {
	manifest, err := a.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	if manifest.AllocationVersion != allocation.Version {
		return nil, fault.New(fault.Conflict, "the close was frozen for rule %s, this worker computes %s; run a worker of that release", manifest.AllocationVersion, allocation.Version)
	}
	for _, input := range manifest.Inputs {
		if input.Kind == string(intake.KindCharges) {
			pulse.total.Add(input.Rows)
		}
	}
	rules, err := a.frozenRules(ctx, manifest)
	if err != nil {
		return nil, err
	}
	tenants, err := a.Inputs.Tenants(ctx, ref)
	if err != nil {
		return nil, err
	}
	roster, err := allocation.NewRoster(tenants)
	if err != nil {
		return nil, err
	}
	bill, err := a.bill(ctx, ref, pulse, allocation.BillOptions{
		Rules: rules, Roster: roster, Span: allocation.SpanOf(ref.Period), Basis: allocation.CostBasis(manifest.Basis),
	})
	if err != nil {
		return nil, err
	}
	usage, err := a.usage(ctx, ref, allocation.NewUsage(roster, rules, allocation.SpanOf(ref.Period)))
	if err != nil {
		return nil, err
	}
	return bill.Allocate(usage)
}

// bill streams the frozen charges, which may be millions, through the engine.
func (a *Allocation) bill(ctx context.Context, ref closing.AttemptRef, pulse *pulse, options allocation.BillOptions) (*allocation.Bill, error) {
	ownership, err := a.Inputs.Ownership(ctx, ref)
	if err != nil {
		return nil, err
	}
	if options.Owners, err = allocation.NewOwners(ownership); err != nil {
		return nil, err
	}
	bill, err := allocation.NewBill(options)
	if err != nil {
		return nil, err
	}
	err = a.Inputs.Charges(ctx, ref, func(next *charge.Charge) error {
		pulse.done.Add(1)
		return bill.Add(next)
	})
	return bill, err
}

// usage fills in the drivers of proportional pools: sums where no time matters, single records where
// a rule changes within the period. It returns nil where no usage was frozen, and direct cost drives
// the pools instead.
func (a *Allocation) usage(ctx context.Context, ref closing.AttemptRef, usage *allocation.Usage) (*allocation.Usage, error) {
	found := false
	if usage.NeedsDates() {
		err := a.Inputs.Usage(ctx, ref, func(line *charge.Usage) error {
			found = true
			return usage.Add(*line)
		})
		return present(usage, found), err
	}
	totals, err := a.Inputs.UsageTotals(ctx, ref)
	if err != nil {
		return nil, err
	}
	for _, total := range totals {
		found = true
		if err := usage.Add(charge.Usage{TenantID: total.TenantID, Category: total.Category, Quantity: total.Quantity}); err != nil {
			return nil, err
		}
	}
	return present(usage, found), nil
}

func present(usage *allocation.Usage, found bool) *allocation.Usage {
	if !found {
		return nil
	}
	return usage
}

// AllocateCosts calls the activity of that name.
func AllocateCosts(ctx workflow.Context, ref closing.AttemptRef) (Allocated, error) {
	return execute[Allocated](ctx, allocations.AllocateCosts, ref)
}
