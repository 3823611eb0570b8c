package foresight

import (
	"context"
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// Aggregation says which statistic of its hours stands for a series.
type Aggregation string

// The aggregations.
const (
	ByMean Aggregation = "mean"
	ByP95  Aggregation = "p95"
	ByMax  Aggregation = "max"
)

// Terms are what an operator states of a series, beside what compute knows of it.
type Terms struct {
	Key
	// Aggregation is empty for the usual one of the metric.
	Aggregation Aggregation `json:"aggregation,omitempty"`
	// Unit is what the values are measured in; empty for the metric's.
	Unit string `json:"unit,omitempty"`
	// Capacity takes the place of compute's, planned additions included; nil leaves that as it is.
	Capacity *capacity.Capacity `json:"capacity,omitempty"`
	// ResourceType and LeadTime take the place of compute's unless they are empty and 0.
	ResourceType string        `json:"resource_type,omitempty"`
	LeadTime     time.Duration `json:"lead_time,omitempty"`
}

// Statements knows what operators stated. Its methods return Unavailable errors when trying again can
// help, and may be used concurrently.
type Statements interface {
	// Terms returns those of some series that have any.
	Terms(ctx context.Context, keys []Key) (map[Key]Terms, error)
	// Events lists holidays, launches and the like; SeriesID of one is {tenant}/{metric}, empty for all.
	Events(ctx context.Context) ([]event.Event, error)
}

// statistic returns what of an hour stands for it: the 95th percentile of a utilisation, whose mean hides how
// near to the limit it was, and the mean of anything else, unless the terms say otherwise. Where that
// statistic is not known the mean counts.
func (t Terms) statistic(metric forecast.ResourceMetric) func(Hour) float64 {
	of := t.Aggregation
	if of == "" && IsUtilization(metric) {
		of = ByP95
	}
	return func(hour Hour) float64 {
		value := hour.Mean
		switch of {
		case ByP95:
			value = hour.P95
		case ByMax:
			value = hour.Peak
		case ByMean:
		}
		if math.IsNaN(value) {
			return hour.Mean
		}
		return value
	}
}

// termsOf returns what is stated of series; nobody states anything where there are no statements.
func termsOf(ctx context.Context, statements Statements, keys ...Key) (map[Key]Terms, error) {
	if statements == nil {
		return map[Key]Terms{}, nil
	}
	return statements.Terms(ctx, keys)
}

// isGauged reports whether a gauge measures a series, since it states terms of all that it measures. The meter is
// not asked for such a one: what two sources measure differs, and would change its level wherever they meet.
func isGauged(stated map[Key]Terms, key Key) bool {
	_, gauged := stated[key]
	return gauged
}

// eventsFor returns the events that hold for a series, for all of them.
func eventsFor(all []event.Event, key Key) []event.Event {
	var own []event.Event
	for _, one := range all {
		if one.SeriesID == "" || one.SeriesID == key.TenantID+"/"+string(key.Metric) {
			one.SeriesID = ""
			own = append(own, one)
		}
	}
	return own
}

// eventsOf lists what is stated of events.
func eventsOf(ctx context.Context, statements Statements) ([]event.Event, error) {
	if statements == nil {
		return nil, nil
	}
	return statements.Events(ctx)
}
