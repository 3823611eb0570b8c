package activities

import (
	"context"
	"iter"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// RestatedCosts counts what a calculation went through and what it changes. BillHash is that of the
// whole bill as it was calculated, against which what is stored is verified.
type RestatedCosts struct {
	Charges      int64  `json:"charges"`
	Transactions int    `json:"transactions"`
	BillHash     string `json:"bill_hash"`
}

// RestateCosts computes the whole result of the frozen inputs and stores what it changes of the bill
// as the revisions before left it, a ledger transaction per pool and currency in which a cell
// differs. Repeated, it finds what it stored before.
func (a *Allocation) RestateCosts(ctx context.Context, ref closing.AttemptRef) (RestatedCosts, error) {
	pulse, err := startPulse(ctx, a.Periods, ref, StepAllocate)
	if err != nil {
		return RestatedCosts{}, ApplicationError(err)
	}
	defer pulse.stop()
	restated, err := a.restate(ctx, ref, pulse)
	return restated, ApplicationError(err)
}

func (a *Allocation) restate(ctx context.Context, ref closing.AttemptRef, pulse *pulse) (RestatedCosts, error) {
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return RestatedCosts{}, err
	}
	result, err := a.allocate(ctx, status, pulse)
	if err != nil {
		return RestatedCosts{}, err
	}
	booked := bookResult(ref, result, status.Reconciliation)
	restated := RestatedCosts{Charges: result.Rows}
	if restated.BillHash, err = ledger.BillHash(sequence(booked.transactions)); err != nil {
		return RestatedCosts{}, err
	}
	before := a.Ledger.AsOf(ctx, ref.Book, ref.Period, ref.Restates-1, 0)
	for delta, err := range ledger.Deltas(before, sequence(booked.transactions), ref.Attempt) {
		if err != nil {
			return RestatedCosts{}, err
		}
		if err := a.Ledger.Put(ctx, delta); err != nil {
			return RestatedCosts{}, err
		}
		restated.Transactions++
	}
	// The totals are the new bill's; they wait without a hash until what is stored adds up to them.
	return restated, a.Periods.SaveResult(ctx, ref, "", booked.totals)
}

// sequence yields transactions as a store does.
func sequence(transactions []ledger.Transaction) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		for _, transaction := range transactions {
			if !yield(transaction, nil) {
				return
			}
		}
	}
}

// RestateCosts calls the activity of that name.
func RestateCosts(ctx workflow.Context, ref closing.AttemptRef) (RestatedCosts, error) {
	return execute[RestatedCosts](ctx, allocations.RestateCosts, "works out what changes against the revision before", ref)
}
