package foresight

import (
	"context"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/custom"
)

// TrainingState says how far a custom training has come.
type TrainingState string

// The states of custom trainings.
const (
	TrainingRunning TrainingState = "training"
	TrainingDone    TrainingState = "trained"
	TrainingFailed  TrainingState = "failed"
)

// CustomRef names the training of a custom model.
type CustomRef struct {
	Key
	TrainingID string `json:"training_id"`
}

// WorkflowID is that of its workflow, model-training:{tenant}:{metric}:{id}.
func (r CustomRef) WorkflowID() string {
	return fmt.Sprintf("model-training:%s:%s:%s", r.TenantID, r.Metric, r.TrainingID)
}

// CustomTraining is a custom model that somebody asked for, and what became of it.
type CustomTraining struct {
	CustomRef
	// Version numbers the custom models of a tenant and metric from 1.
	Version       int           `json:"version"`
	Config        custom.Config `json:"config"`
	RequestedBy   string        `json:"requested_by"`
	RequestedAt   time.Time     `json:"requested_at"`
	CorrelationID string        `json:"correlation_id,omitempty"`
	State         TrainingState `json:"state"`
	EndedAt       time.Time     `json:"ended_at,omitzero"`
	// Model is what was trained, and Decision how it did against the model in use: a model that is not
	// better is kept, and forecasts nothing. A constant series has no decision.
	Model    *custom.Model `json:"model,omitempty"`
	Decision *Decision     `json:"decision,omitempty"`
	// Reason says why the training failed.
	Reason string `json:"reason,omitempty"`
}

// TrainingPosition is where a list of trainings goes on, the latest first: after this one.
type TrainingPosition struct {
	RequestedAt time.Time `json:"requested_at"`
	TrainingID  string    `json:"training_id"`
}

// CustomTrainings keeps trainings of custom models. Its methods return Unavailable errors when trying
// again can help, and may be used concurrently.
type CustomTrainings interface {
	// Open keeps a training that begins, and numbers it. Where one of the same tenant and metric is under
	// way, that one is returned if it has the same configuration, and the error is Conflict if not.
	Open(ctx context.Context, asked CustomTraining) (CustomTraining, error)
	// Training returns a tenant's training; an unknown one is a NotFound error.
	Training(ctx context.Context, tenantID, trainingID string) (CustomTraining, error)
	// Trainings lists those of a tenant after one of them, the latest first, no more than limit; of one
	// metric unless it is empty.
	Trainings(ctx context.Context, tenantID string, metric forecast.ResourceMetric, after TrainingPosition, limit int) ([]CustomTraining, error)
	// End keeps how a training ended, once: one that has ended stays as it is.
	End(ctx context.Context, ended CustomTraining) error
}
