package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// CustomRun names the training of a custom model and the instant up to which it takes usage.
type CustomRun struct {
	Ref foresight.CustomRef `json:"ref"`
	At  time.Time           `json:"at"`
}

// CustomTrained says which model was trained, and whether it forecasts from now on.
type CustomTrained struct {
	ModelID  string `json:"model_id"`
	Version  int    `json:"version"`
	Promoted bool   `json:"promoted"`
	Reason   string `json:"reason"`
}

// TrainCustomModel trains a model that somebody asked for, and lets it challenge the one in use.
func (a *Training) TrainCustomModel(ctx context.Context, run CustomRun) (CustomTrained, error) {
	training, err := a.Custom.Train(ctx, run.Ref, run.At)
	if err != nil {
		return CustomTrained{}, ApplicationError(err)
	}
	trained := CustomTrained{Version: training.Version, Reason: training.Reason}
	if training.Model != nil {
		trained.ModelID, trained.Reason = training.Model.ID, "a constant series is continued alike by every model"
	}
	if training.Decision != nil {
		trained.Promoted, trained.Reason = training.Decision.Promoted, training.Decision.Reason
	}
	return trained, nil
}

// CustomFailure says why no model was trained.
type CustomFailure struct {
	Ref    foresight.CustomRef `json:"ref"`
	Reason string              `json:"reason"`
}

// FailCustomTraining records why no model was trained.
func (a *Training) FailCustomTraining(ctx context.Context, failure CustomFailure) error {
	return ApplicationError(a.Custom.Fail(ctx, failure.Ref, failure.Reason))
}

// TrainCustomModel calls the activity of that name.
func TrainCustomModel(ctx workflow.Context, run CustomRun) (CustomTrained, error) {
	return execute[CustomTrained](ctx, training.TrainCustomModel, "trains the model that was asked for", run)
}

// FailCustomTraining calls the activity of that name.
func FailCustomTraining(ctx workflow.Context, failure CustomFailure) error {
	_, err := execute[nothing](ctx, training.FailCustomTraining, "records why there is no model", failure)
	return err
}
