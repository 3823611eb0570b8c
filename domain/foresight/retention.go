package foresight

import (
	"context"
	"time"
)

// How long what a night leaves behind is kept. Hourly usage and the models in use are kept for good.
const (
	// ForecastsKept is for the predictions of forecasts, counted from when they were made; one that is not
	// wholly scored yet is kept until it is.
	ForecastsKept = 14 * 24 * time.Hour
	// ContestsKept is for decisions that left the model in use in its place, which most nights make.
	ContestsKept = 35 * 24 * time.Hour
	// ScoresKept is for scores, for decisions that promoted a model, for models that others took the place of, and
	// for alerts and recommendations that were delivered.
	ScoresKept = 400 * 24 * time.Hour
)

// Retention removes what is old. Errors are Unavailable when trying again can help.
type Retention interface {
	// Prune removes what is kept no longer by an instant, and returns how many forecasts went.
	Prune(ctx context.Context, now time.Time) (int64, error)
}
