package foresight

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// ModelKind says how a model came to be.
type ModelKind string

// The kinds of models.
const (
	// AutomaticModel is the combination that a night's training weighed.
	AutomaticModel ModelKind = "automatic"
	// CustomModel was trained because somebody asked for it.
	CustomModel ModelKind = "custom"
)

// Model is a way to combine the engine's models for one series at one granularity.
type Model struct {
	Key
	Granularity forecast.ForecastGranularity `json:"granularity"`
	// Version counts the models that were in use for the series from 1; 0 was never in use.
	Version int       `json:"version"`
	ID      string    `json:"model_id"`
	Kind    ModelKind `json:"kind"`
	// Weights are the candidates that count and their parts, which sum to 1; none for a constant series.
	Weights map[string]float64 `json:"weights"`
	// Error is the mean absolute error over the rolling origins of the contest that it won, nil where
	// there was none.
	Error        *float64  `json:"validation_error"`
	TrainedUntil time.Time `json:"trained_until"`
	PromotedAt   time.Time `json:"promoted_at,omitzero"`
}

// Label names a model in what it forecast.
func (m Model) Label() string {
	if m.Kind == CustomModel {
		return m.ID
	}
	return fmt.Sprintf("ensemble/v%d", m.Version)
}

// credit names the model that an outlook was made by; a naive forecast that took its place keeps its own
// name, since its errors are not the model's.
func (m Model) credit(outlook *forecast.Outlook) {
	if outlook.Diagnostics.Naive < 1 {
		outlook.Forecast.Model = m.Label()
	}
}

// Decision is how a contest for the place of the model in use ended.
type Decision struct {
	// Run names who held the contest; a run decides once on a series.
	Run       string    `json:"run"`
	DecidedAt time.Time `json:"decided_at"`
	// Challenger has the version that it got by being promoted, else 0.
	Challenger Model `json:"challenger"`
	// InUse and InUseVersion name the model that was in use before, empty and 0 where none was.
	InUse        string `json:"in_use,omitempty"`
	InUseVersion int    `json:"in_use_version,omitempty"`
	// Origins is the number of rolling origins from which both were judged; the errors are mean absolute
	// ones there, nil where there is none.
	Origins         int      `json:"origins"`
	ChallengerError *float64 `json:"challenger_error"`
	InUseError      *float64 `json:"in_use_error"`
	Promoted        bool     `json:"promoted"`
	Reason          string   `json:"reason"`
}

// DecisionPosition is where a list of decisions goes on: after this one. The zero value is its beginning.
type DecisionPosition struct {
	DecidedAt   time.Time                    `json:"decided_at"`
	Granularity forecast.ForecastGranularity `json:"granularity"`
	Run         string                       `json:"run"`
}

// Models knows which model forecasts each series, and why. Its methods return Unavailable errors when trying again
// can help, and may be used concurrently.
type Models interface {
	// InUse returns the models in use, for those of the keys that have one.
	InUse(ctx context.Context, granularity forecast.ForecastGranularity, keys []Key) (map[Key]Model, error)
	// Decisions lists those on a tenant's metric after one of them, the newest first, no more than limit.
	Decisions(ctx context.Context, key Key, after DecisionPosition, limit int) ([]Decision, error)
}

// ModelStore keeps which model forecasts each series. Errors are as for Models.
type ModelStore interface {
	Models
	// Decide records decisions and puts promoted challengers in use, all or none. A decision of a run that
	// has decided on the series changes nothing; a challenger that won against a model which is no longer
	// in use is recorded as not promoted.
	Decide(ctx context.Context, decisions []Decision) error
}

// Decide turns a contest into a decision; inUse is nil where no model was in use.
func Decide(run string, now time.Time, challenger Model, inUse *Model, held forecast.Contest) Decision {
	d := Decision{
		Run: run, DecidedAt: now, Challenger: challenger, Origins: held.Origins,
		ChallengerError: known(held.Challenger), InUseError: known(held.InUse), Promoted: held.Promoted, Reason: held.Reason,
	}
	if inUse != nil {
		d.InUse, d.InUseVersion = inUse.ID, inUse.Version
	}
	d.Challenger.Error = d.ChallengerError
	if d.Promoted {
		d.Challenger.Version, d.Challenger.PromotedAt = d.InUseVersion+1, now
	}
	return d
}

// weighed is the model that challenged the one in use.
func weighed(key Key, outlook forecast.Outlook) Model {
	past, granularity := outlook.Diagnostics, outlook.Forecast.Granularity
	return Model{
		Key: key, Granularity: granularity, Kind: AutomaticModel,
		ID: weightsID(key, past.Contest.Weights), Weights: past.Contest.Weights,
		TrainedUntil: granularity.Step(past.Start, len(past.History)-1),
	}
}

// weightsID is the same for the same series and weights.
func weightsID(key Key, weights map[string]float64) string {
	text, _ := json.Marshal([]any{key, weights}) // strings and finite numbers, sorted by name
	sum := sha256.Sum256(text)
	return "automatic-" + hex.EncodeToString(sum[:12])
}

// known is a number, or nil for one that is not known.
func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
