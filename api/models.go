package api

import (
	"context"
	"errors"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/custom"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// TrainModel commits the training first and starts its workflow then: train_custom_model. Where the start
// fails, the row still promises the training, and the same request again starts its workflow.
func (s *server) TrainModel(ctx context.Context, request TrainModelRequestObject) (TrainModelResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	if err := foresight.CheckMetric("/metric", request.Body.Metric); err != nil {
		return nil, err
	}
	config, err := modelConfig(request.Body.Config)
	if err != nil {
		return nil, err
	}
	training, err := s.Trainings.Open(ctx, foresight.CustomTraining{
		CustomRef: foresight.CustomRef{Key: foresight.Key{TenantID: request.TenantID, Metric: request.Body.Metric}, TrainingID: newID()},
		Config:    config, RequestedBy: actorOf(ctx).Subject, RequestedAt: instant.Now(),
		CorrelationID: correlation.ID(ctx), State: foresight.TrainingRunning,
	})
	if err != nil {
		return nil, err
	}
	if err := s.Workflows.EnsureCustomTraining(ctx, training.CustomRef, training.RequestedAt); err != nil {
		return nil, err
	}
	return TrainModel202JSONResponse{Body: training, Headers: TrainModel202ResponseHeaders{Location: modelPath(training)}}, nil
}

// modelConfig reads a configuration; what is wrong with it is named within the request.
func modelConfig(text []byte) (custom.Config, error) {
	config, err := custom.ParseConfig(text)
	var refused *fault.Error
	if errors.As(err, &refused) {
		for i := range refused.Fields {
			refused.Fields[i].Pointer = "/config" + refused.Fields[i].Pointer
		}
	}
	if config.Granularity == "" {
		config.Granularity = forecast.Hourly
	}
	return config, err
}

func modelPath(training foresight.CustomTraining) string {
	return "/v1/tenants/" + url.PathEscape(training.TenantID) + "/models/" + training.TrainingID
}

// ListModels lists the custom models that were asked for.
func (s *server) ListModels(ctx context.Context, request ListModelsRequestObject) (ListModelsResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	metric := request.Params.Metric
	listing, limit := listingOf("models", request.TenantID, string(metric)), limitOr(request.Params.Limit)
	var after foresight.TrainingPosition
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	trainings, err := s.Trainings.Trainings(ctx, request.TenantID, metric, after, limit+1)
	if err != nil {
		return nil, err
	}
	items, next, err := paged(trainings, limit, listing, func(training foresight.CustomTraining) foresight.TrainingPosition {
		return foresight.TrainingPosition{RequestedAt: training.RequestedAt, TrainingID: training.TrainingID}
	})
	return ListModels200JSONResponse{Items: items, NextCursor: next}, err
}

// ListModelDecisions lists how contests for the place of the model in use ended.
func (s *server) ListModelDecisions(ctx context.Context, request ListModelDecisionsRequestObject) (ListModelDecisionsResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	key := foresight.Key{TenantID: request.TenantID, Metric: request.Params.Metric}
	listing, limit := listingOf("model-decisions", key.TenantID, string(key.Metric)), limitOr(request.Params.Limit)
	var after foresight.DecisionPosition
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	decisions, err := s.planning(ctx).Models.Decisions(ctx, key, after, limit+1)
	if err != nil {
		return nil, err
	}
	items, next, err := paged(decisions, limit, listing, func(d foresight.Decision) foresight.DecisionPosition {
		return foresight.DecisionPosition{DecidedAt: d.DecidedAt, Granularity: d.Challenger.Granularity, Run: d.Run}
	})
	return ListModelDecisions200JSONResponse{Items: items, NextCursor: next}, err
}

// GetModel shows a custom model and how it did.
func (s *server) GetModel(ctx context.Context, request GetModelRequestObject) (GetModelResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	training, err := s.Trainings.Training(ctx, request.TenantID, request.TrainingID)
	return GetModel200JSONResponse(training), err
}
