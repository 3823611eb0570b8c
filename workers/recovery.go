package workers

import (
	"context"
	"log/slog"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	// recoverEvery is how often periods without a workflow are looked for.
	recoverEvery = 30 * time.Second
	// recoverAfter is how long a period's row must have rested: whoever moved it last is given the
	// time to start the workflow himself.
	recoverAfter = 30 * time.Second
	// periodsPerPage is how many periods of a book are read at once.
	periodsPerPage = 100
)

// recovery starts the workflows of attempts that have none. The row of a period commits before its
// workflow starts, so a process that dies in between, or a Temporal server that lost its data,
// leaves an attempt that nobody works on.
type recovery struct {
	client  client.Client
	periods closing.Store
	logger  *slog.Logger
}

// run looks until ctx ends. What goes wrong is logged and tried again.
func (r *recovery) run(ctx context.Context) error {
	ticker := time.NewTicker(recoverEvery)
	defer ticker.Stop()
	for {
		if err := r.sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			r.logger.Warn("attempts without a workflow could not be looked for", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (r *recovery) sweep(ctx context.Context, now time.Time) error {
	books, err := r.periods.Books(ctx)
	if err != nil {
		return err
	}
	for _, book := range books {
		if err := r.sweepBook(ctx, book.ID, now); err != nil {
			return err
		}
	}
	return nil
}

func (r *recovery) sweepBook(ctx context.Context, book string, now time.Time) error {
	var before period.Period
	for {
		page, err := r.periods.Periods(ctx, book, before, periodsPerPage)
		if err != nil {
			return err
		}
		for _, status := range page {
			before = status.Period
			if !status.State.Running() || now.Sub(status.UpdatedAt) < recoverAfter {
				continue
			}
			if err := r.ensure(ctx, status); err != nil {
				return err
			}
		}
		if len(page) < periodsPerPage {
			return nil
		}
	}
}

// ensure starts the attempt's workflow unless it runs or has succeeded. A workflow that was
// terminated by hand comes back here: to end an attempt, cancel it.
func (r *recovery) ensure(ctx context.Context, status closing.Status) error {
	ref := status.Ref()
	_, err := r.client.ExecuteWorkflow(correlation.WithID(ctx, status.CorrelationID), client.StartWorkflowOptions{
		ID:                                       workflows.PeriodCloseID(ref),
		TaskQueue:                                workflows.QueueAllocation,
		WorkflowIDReusePolicy:                    workflows.ReusePolicyOf(ref),
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    workflows.PeriodCloseSearchAttributes(ref, status.CorrelationID),
	}, workflows.TypeOf(ref), workflows.PeriodCloseInput{Ref: ref})
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	if err == nil {
		r.logger.Info("an attempt without a workflow goes on", "workflow_id", ref.WorkflowID(), "state", status.State)
	}
	return err
}
