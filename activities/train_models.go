package activities

import (
	"context"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// CollectUsage takes what the platform metered of every tenant since it was last asked.
func (a *Training) CollectUsage(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	return a.overTenants(ctx, run, func(_ *TrainingStep, tenantID string) ([]foresight.Failure, error) {
		return nil, a.Trainer.Collect(ctx, run.At, tenantID)
	})
}

// ScoreForecasts scores the ranges of forecasts whose actual values have come; Done counts ranges.
func (a *Training) ScoreForecasts(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	return a.overSeries(ctx, run, func(step *TrainingStep) (foresight.Key, error) {
		scored, err := a.Scorer.Batch(ctx, run.At, step.Last)
		step.Done += scored.Ranges
		return scored.Last, err
	})
}

// TrainModels forecasts every tenant and metric, batch by batch, each of which is stored whole. Done counts
// series, Further the models that took the place of the one in use. That usage of a tenant who left ends is no
// failure.
func (a *Training) TrainModels(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	// Counting takes longer the more years are kept, so that the first part counts for all.
	total := run.Total
	if total == 0 {
		counted, err := a.Trainer.Series(ctx, run.At)
		if err != nil {
			return TrainingStep{}, ApplicationError(err)
		}
		total = counted
	}
	left, _ := a.left(ctx, run) // where the tenants are not known, everybody's failures are told
	return a.overSeries(ctx, run, func(step *TrainingStep) (foresight.Key, error) {
		trained, err := a.Trainer.Batch(ctx, run.Run, run.At, step.Last)
		step.Total = total
		step.Done += trained.Series
		step.Further += trained.Promoted
		step.fail(ctx, slices.DeleteFunc(trained.Failed, func(f foresight.Failure) bool { return left[f.TenantID] }))
		return trained.Last, err
	})
}

// left says which tenants are there no more by the night of a run.
func (a *Training) left(ctx context.Context, run TrainingRun) (map[string]bool, error) {
	tenants, err := a.Trainer.Tenants.Tenants(ctx)
	left := map[string]bool{}
	for _, tenant := range tenants {
		left[tenant.ID] = !tenant.ActiveUntil.IsZero() && !tenant.ActiveUntil.After(run.At)
	}
	return left, err
}

// PublishForecasts tells the monitor of what was forecast.
func (a *Training) PublishForecasts(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	return a.overSeries(ctx, run, func(step *TrainingStep) (foresight.Key, error) {
		published, err := a.Publisher.Batch(ctx, run.Run, run.At, step.Last)
		step.Done += published.Forecasts
		step.fail(ctx, published.Failed)
		return published.Last, err
	})
}

// WatchCapacity compares what every tenant will need with what it has, and clears what stands of those that
// left. Further counts the news that wait to be delivered.
func (a *Training) WatchCapacity(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	left, err := a.left(ctx, run)
	if err != nil {
		return TrainingStep{}, ApplicationError(err)
	}
	return a.overTenants(ctx, run, func(step *TrainingStep, tenantID string) ([]foresight.Failure, error) {
		if left[tenantID] {
			settled, err := a.Watch.Left(ctx, run.At, tenantID)
			step.Further += settled.News()
			return nil, err
		}
		watched, err := a.Watch.Tenant(ctx, run.Run, run.At, tenantID)
		step.Further += watched.News()
		return watched.Failed, err
	})
}

// PruneForecasts removes what is kept no longer; Done counts forecasts.
func (a *Training) PruneForecasts(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	_, stop := reporting(ctx, TrainingStep{})
	defer stop()
	removed, err := a.Retention.Prune(ctx, run.At)
	return TrainingStep{Done: int(removed)}, ApplicationError(err)
}

var training *Training

// CollectUsage calls the activity of that name.
func CollectUsage(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.CollectUsage, "takes what was metered of every tenant", run)
}

// ScoreForecasts calls the activity of that name.
func ScoreForecasts(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.ScoreForecasts, "holds earlier forecasts against what came", run)
}

// TrainModels calls the activity of that name.
func TrainModels(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.TrainModels, "forecasts every tenant and metric by the better model", run)
}

// PublishForecasts calls the activity of that name.
func PublishForecasts(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.PublishForecasts, "tells the monitor what is expected", run)
}

// WatchCapacity calls the activity of that name.
func WatchCapacity(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.WatchCapacity, "compares what tenants will need with what they have", run)
}

// PruneForecasts calls the activity of that name.
func PruneForecasts(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.PruneForecasts, "removes what is kept no longer", run)
}
