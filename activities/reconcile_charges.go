package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// Reconciled counts what was compared.
type Reconciled struct {
	Invoices            int `json:"invoices"`
	WithoutControlTotal int `json:"without_control_total"`
}

// ReconcileCharges compares the billed cost of the frozen charges with billing's control totals and
// keeps the comparison, whether it agrees or not. A difference beyond the book's tolerance is a
// NotBalanced error that spells it out.
func (a *Intake) ReconcileCharges(ctx context.Context, ref closing.AttemptRef) (Reconciled, error) {
	pulse, err := startPulse(ctx, a.Periods, ref, StepReconcile)
	if err != nil {
		return Reconciled{}, ApplicationError(err)
	}
	defer pulse.stop()
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return Reconciled{}, ApplicationError(err)
	}
	charged, err := a.Inputs.ChargedTotals(ctx, ref)
	if err != nil {
		return Reconciled{}, ApplicationError(err)
	}
	totals, err := a.Inputs.ControlTotals(ctx, ref)
	if err != nil {
		return Reconciled{}, ApplicationError(err)
	}
	reconciliation, verdict := closing.Reconcile(charged, totals, book.VarianceTolerance)
	if err := a.Periods.SaveReconciliation(ctx, ref, reconciliation); err != nil {
		return Reconciled{}, ApplicationError(err)
	}
	if verdict != nil {
		return Reconciled{}, ApplicationError(verdict)
	}
	return Reconciled{Invoices: len(reconciliation.Invoices), WithoutControlTotal: reconciliation.WithoutControlTotal}, nil
}

// ReconcileCharges calls the activity of that name.
func ReconcileCharges(ctx workflow.Context, ref closing.AttemptRef) (Reconciled, error) {
	return execute[Reconciled](ctx, intakes.ReconcileCharges, "compares the charges with the invoices", ref)
}
