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
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/remediation"
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

// recovery starts the workflows of attempts, drift scans and remediations that have none. A row commits
// before its workflow starts, so a process that dies in between, or a Temporal server that lost its
// data, leaves a row that nobody works on.
type recovery struct {
	client client.Client
	// periods and drift are looked after where they are not nil.
	periods closing.Store
	drift   UnfinishedDrift
	logger  *slog.Logger
}

// UnfinishedDrift lists what is under way and was not touched since a time.
type UnfinishedDrift interface {
	Running(ctx context.Context, untouchedSince time.Time) ([]driftwatch.Scan, error)
	Unfinished(ctx context.Context, untouchedSince time.Time) ([]remediation.Remediation, error)
}

// run looks until ctx ends. What goes wrong is logged and tried again.
func (r *recovery) run(ctx context.Context) error {
	ticker := time.NewTicker(recoverEvery)
	defer ticker.Stop()
	for {
		if err := r.sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			r.logger.Warn("what has no workflow could not be looked for", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (r *recovery) sweep(ctx context.Context, now time.Time) error {
	if r.drift != nil {
		if err := r.sweepDrift(ctx, now.Add(-recoverAfter)); err != nil {
			return err
		}
	}
	if r.periods == nil {
		return nil
	}
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

// sweepDrift looks after scans and remediations. A remediation that waits for people is not touched for
// days: its workflow is there, and starting it finds that out.
func (r *recovery) sweepDrift(ctx context.Context, untouchedSince time.Time) error {
	scans, err := r.drift.Running(ctx, untouchedSince)
	if err != nil {
		return err
	}
	for _, scan := range scans {
		if err := r.start(ctx, workflows.StartOfScan(scan.ScanRef, scan.CorrelationID), scan.CorrelationID); err != nil {
			return err
		}
	}
	mending, err := r.drift.Unfinished(ctx, untouchedSince)
	if err != nil {
		return err
	}
	for _, one := range mending {
		if err := r.start(ctx, workflows.StartOfRemediation(one.Ref, one.CorrelationID), one.CorrelationID); err != nil {
			return err
		}
	}
	return nil
}

func (r *recovery) ensure(ctx context.Context, status closing.Status) error {
	return r.start(ctx, workflows.StartOfClose(status.Ref(), status.CorrelationID), status.CorrelationID)
}

// start starts a workflow unless it runs or has succeeded. One that was terminated by hand comes back
// here: to end it, cancel it.
func (r *recovery) start(ctx context.Context, start workflows.Start, correlationID string) error {
	_, err := r.client.ExecuteWorkflow(correlation.WithID(ctx, correlationID), client.StartWorkflowOptions{
		ID: start.ID, TaskQueue: start.Queue, WorkflowIDReusePolicy: start.Reuse,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    start.Attributes,
		StaticSummary:                            start.Summary,
	}, start.Type, start.Input)
	if temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	if err == nil {
		r.logger.Info("what had no workflow goes on", "workflow_id", start.ID)
	}
	return err
}
