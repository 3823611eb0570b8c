package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// Collector pulls charges, control totals, usage, tenants and owners of a month from the platform's
// services into sealed slices, except for what files were imported for. It works through pages, each
// committed on its own, so that another call goes on where an interrupted one stopped; report is
// called after each with how many rows are in and how many are expected, zero where unknown.
type Collector interface {
	Collect(ctx context.Context, book closing.Book, ref closing.AttemptRef, report func(done, total int64)) (rows int64, err error)
}

// Collected counts what the services delivered.
type Collected struct {
	Rows int64 `json:"rows"`
}

// CollectInputs brings in what the services have for the period.
func (a *Intake) CollectInputs(ctx context.Context, ref closing.AttemptRef) (Collected, error) {
	pulse, err := startPulse(ctx, a.Periods, ref, StepCollect)
	if err != nil {
		return Collected{}, ApplicationError(err)
	}
	defer pulse.stop()
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return Collected{}, ApplicationError(err)
	}
	rows, err := a.Collector.Collect(ctx, book, ref, pulse.at)
	if err != nil {
		return Collected{}, ApplicationError(err)
	}
	return Collected{Rows: rows}, nil
}

// CollectInputs calls the activity of that name.
func CollectInputs(ctx workflow.Context, ref closing.AttemptRef) (Collected, error) {
	return execute[Collected](ctx, intakes.CollectInputs, "fetches charges, usage, tenants and invoices", ref)
}
