package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/custom"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// CustomTrainer trains the custom models that people asked for. It is safe for concurrent use.
type CustomTrainer struct {
	Trainings CustomTrainings
	Usage     UsageStore
	Meter     Meter
	Models    ModelStore
	// Statements may be nil: then nothing is stated.
	Statements Statements
	Now        func() time.Time
}

// Train trains a model on what is known of its metric up to an instant, lets it challenge the model in
// use, and keeps both. A training that has ended is returned as it is. Too little usage is a
// *forecast.ShortSeriesError, a configuration of which nothing can forecast the series InvalidInput.
func (t *CustomTrainer) Train(ctx context.Context, ref CustomRef, at time.Time) (CustomTraining, error) {
	training, err := t.Trainings.Training(ctx, ref.TenantID, ref.TrainingID)
	if err != nil || training.State != TrainingRunning {
		return training, err
	}
	history, err := t.history(ctx, ref.Key, training.Config.Granularity, at)
	if err != nil {
		return training, err
	}
	model, err := custom.TrainCustomModel(custom.Request{
		TenantID: ref.TenantID, Metric: ref.Metric, Version: training.Version, Data: history, Config: training.Config,
	})
	if err != nil {
		return training, err
	}
	if training.Decision, err = t.challenge(ctx, ref, model, history); err != nil {
		return training, err
	}
	training.Model, training.State, training.EndedAt = &model, TrainingDone, t.Now()
	return training, t.Trainings.End(ctx, training)
}

// history is what a model learns from: usage up to an instant, without what events did to it.
func (t *CustomTrainer) history(ctx context.Context, key Key, granularity forecast.ForecastGranularity, at time.Time) ([]forecast.UsageDataPoint, error) {
	desk := Desk{Usage: t.Usage, Meter: t.Meter, Statements: t.Statements, Now: func() time.Time { return at }}
	points, err := desk.History(ctx, key, granularity)
	if err != nil {
		return nil, err
	}
	events, err := eventsOf(ctx, t.Statements)
	return event.Without(forecast.Series{Points: points}, eventsFor(events, key)).Points, err
}

// Fail keeps why a training ended without a model.
func (t *CustomTrainer) Fail(ctx context.Context, ref CustomRef, reason string) error {
	training, err := t.Trainings.Training(ctx, ref.TenantID, ref.TrainingID)
	if err != nil {
		return err
	}
	training.State, training.EndedAt, training.Reason = TrainingFailed, t.Now(), reason
	return t.Trainings.End(ctx, training)
}

// challenge holds the contest for the place of the model in use; where there is none, against the
// combination that forecasts would weigh themselves. It returns what was decided, by the first to do so:
// a training is repeated whose worker died.
func (t *CustomTrainer) challenge(ctx context.Context, ref CustomRef, model custom.Model, history []forecast.UsageDataPoint) (*Decision, error) {
	if len(model.Weights) == 0 {
		return nil, nil //nolint:nilnil // a constant series: every model continues it alike
	}
	inUse, err := t.Models.InUse(ctx, model.Granularity, []Key{ref.Key})
	if err != nil {
		return nil, err
	}
	before, known := inUse[ref.Key]
	held, err := hold(model, before.Weights, history)
	if err != nil {
		return nil, err
	}
	challenger := Model{
		Key: ref.Key, Granularity: model.Granularity, ID: model.ID, Kind: CustomModel, Weights: model.Weights, TrainedUntil: model.TrainedUntil,
	}
	var standing *Model
	if known {
		standing = &before
	}
	run := ref.WorkflowID()
	if err := t.Models.Decide(ctx, []Decision{Decide(run, t.Now(), challenger, standing, held)}); err != nil {
		return nil, err
	}
	return t.decided(ctx, ref.Key, run)
}

// hold judges a model beside the weights in use, nil for none. What validation weighed or chose is weighed or
// chosen for each origin by other outcomes; fixed weights are judged as they are.
func hold(model custom.Model, inUse map[string]float64, history []forecast.UsageDataPoint) (forecast.Contest, error) {
	forecaster, err := forecast.New(forecast.Options{
		Horizon: model.Config.Horizon, Granularity: model.Granularity, Bounds: BoundsOf(model.Metric), Workers: 1,
	})
	if err != nil {
		return forecast.Contest{}, err
	}
	recipe := forecast.Recipe{Weights: model.Weights}
	if model.Config.Weighting != custom.Equally {
		recipe = forecast.Recipe{Families: model.Config.Models, Best: model.Config.Weighting == custom.BestAlone}
	}
	return forecaster.Contest(forecast.Series{ID: string(model.Metric), Points: history}, recipe, forecast.Recipe{Weights: inUse})
}

// decided finds the decision of a run.
func (t *CustomTrainer) decided(ctx context.Context, key Key, run string) (*Decision, error) {
	const recent = 100 // decisions on a metric, of which each night makes one
	decisions, err := t.Models.Decisions(ctx, key, DecisionPosition{}, recent)
	if err != nil {
		return nil, err
	}
	for i := range decisions {
		if decisions[i].Run == run {
			return &decisions[i], nil
		}
	}
	return nil, fault.New(fault.Internal, "the decision of %s was not kept", run)
}
