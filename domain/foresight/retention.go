package foresight

import (
	"context"
	"time"
)

// How long what a night leaves behind is kept. Hourly usage is kept for good, and models that were in use
// are too.
const (
	// ForecastsKept is for the predictions of forecasts, counted from when they were made; one that is not
	// wholly scored yet is kept until it is.
	ForecastsKept = 35 * 24 * time.Hour
	// ScoresKept is for scores and for decisions on models.
	ScoresKept = 400 * 24 * time.Hour
)

// Retention removes what is old. Errors are Unavailable when trying again can help.
type Retention interface {
	// Prune removes wholly scored forecasts made before one instant, and scores and decisions made before
	// another, and returns how many forecasts went.
	Prune(ctx context.Context, forecasts, scores time.Time) (int64, error)
}
