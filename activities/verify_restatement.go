package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// RestatedBill names the bill that the stored changes must lead to.
type RestatedBill struct {
	Ref      closing.AttemptRef `json:"ref"`
	BillHash string             `json:"bill_hash"`
}

// VerifyRestatement reads back what was stored and checks that the earlier revisions and the changes
// add up to the bill that was calculated, cell by cell, and that its tenants and accounts sum to what
// is billed. What does not add up is a NotBalanced error. It then records the hash of manifest and
// changes.
func (a *Allocation) VerifyRestatement(ctx context.Context, input RestatedBill) (Verified, error) {
	ref := input.Ref
	pulse, err := startPulse(ctx, a.Periods, ref, StepVerify)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	defer pulse.stop()
	totals, err := a.verifyBill(ctx, input)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	base, err := closing.HashedWith(status.ManifestHash, totals)
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	changes := newTally()
	hash, err := ledger.ResultHash(base, changes.watch(a.Ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt)))
	if err != nil {
		return Verified{}, ApplicationError(err)
	}
	if err := a.Periods.SaveResult(ctx, ref, hash, totals); err != nil {
		return Verified{}, ApplicationError(err)
	}
	return Verified{ResultHash: hash, Transactions: changes.transactions, Cells: changes.cells}, nil
}

// verifyBill checks the bill as it would stand and returns its totals. They count the cells that are
// stored: a tenant whose share is zero may have one from an earlier revision, or none.
func (a *Allocation) verifyBill(ctx context.Context, input RestatedBill) ([]closing.CurrencyTotal, error) {
	ref := input.Ref
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return nil, err
	}
	bill := newTally()
	hash, err := ledger.BillHash(bill.watch(a.Ledger.AsOf(ctx, ref.Book, ref.Period, ref.Restates-1, ref.Attempt)))
	if err != nil {
		return nil, err
	}
	if hash != input.BillHash {
		return nil, fault.New(fault.NotBalanced, "revision %d of %s and the changes that are stored do not add up to the bill that was calculated",
			ref.Restates-1, ref.Period)
	}
	for i := range status.Totals {
		if sums := bill.currencies[status.Totals[i].Currency]; sums != nil {
			status.Totals[i].Cells = sums.cells
		}
	}
	return status.Totals, bill.compare(status.Totals)
}

// VerifyRestatement calls the activity of that name.
func VerifyRestatement(ctx workflow.Context, input RestatedBill) (Verified, error) {
	return execute[Verified](ctx, allocations.VerifyRestatement, "reads back what was stored, and checks its sums", input)
}
