package foresight

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// The kinds of events that the monitor knows forecasts and capacity by.
const (
	ForecastKind          = "forecast.published"
	ExhaustionKind        = "capacity.exhaustion"
	ExhaustionClearedKind = "capacity.exhaustion.cleared"
)

// NewsGroup is the outbox group of what forecasts lead to.
const NewsGroup = "capacity"

// Handover is a recommendation as it is handed to compute.
type Handover struct {
	capacity.CapacityRecommendation
	// Supersedes names the recommendation that this one replaces.
	Supersedes string `json:"supersedes,omitempty"`
	// Withdrawn says that this one is not needed any more.
	Withdrawn bool `json:"withdrawn"`
}

// Recipient takes recommendations: the compute service. Errors are as for Meter.
type Recipient interface {
	// Recommend hands one over; again under the same key it changes nothing.
	Recommend(ctx context.Context, idempotencyKey string, handover Handover) error
}

// tell adds an event to the outbox, under the next key of its series.
func (s *settlement) tell(one *Standing, event closing.Event) error {
	return s.message(one, outbox.TopicMonitorEvent, event.Kind, event)
}

func (s *settlement) hand(one *Standing, handover Handover) error {
	return s.message(one, outbox.TopicRecommendation, "capacity.recommendation", handover)
}

func (s *settlement) message(one *Standing, topic, kind string, content any) error {
	payload, err := json.Marshal(content)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the news of %s of %s cannot be written", one.Metric, one.TenantID)
	}
	one.News++
	s.messages = append(s.messages, outbox.Message{
		Topic: topic, Group: NewsGroup, Payload: payload,
		Key: fmt.Sprintf("%s:%s:%s:%d", kind, one.TenantID, one.Metric, one.News),
	})
	return nil
}

// exhaustionAhead tells that capacity runs out, or that what was told of it has changed.
func exhaustionAhead(key Key, alert Alert, told *Alert) closing.Event {
	event := closing.Event{
		Kind: ExhaustionKind, Severity: alert.Severity, TenantID: key.TenantID,
		Summary: fmt.Sprintf("%s of %s may run out on %s; order by %s", key.Metric, key.TenantID, day(alert.P90), day(alert.OrderBy)),
		Details: map[string]string{
			"metric": string(key.Metric), "p90": instantText(alert.P90), "order_by": instantText(alert.OrderBy), "raised_at": instantText(alert.RaisedAt),
		},
	}
	if alert.P50 != nil {
		event.Details["p50"] = instantText(*alert.P50)
	}
	if alert.Severity == "critical" {
		event.Summary = fmt.Sprintf("%s of %s may run out on %s; the order was due on %s", key.Metric, key.TenantID, day(alert.P90), day(alert.OrderBy))
	}
	if told != nil {
		event.Summary += fmt.Sprintf(" (told before: %s)", day(told.P90))
	}
	return event
}

// exhaustionCleared tells that capacity does not run out after all, or does not matter since the tenant left.
func exhaustionCleared(key Key, told Alert, left bool) closing.Event {
	why := fmt.Sprintf("no longer runs out within %d days", PlanningDays)
	if left {
		why = "is needed no more, since the tenant left"
	}
	return closing.Event{
		Kind: ExhaustionClearedKind, Severity: "info", TenantID: key.TenantID,
		Summary: fmt.Sprintf("%s of %s %s; %s was told before", key.Metric, key.TenantID, why, day(told.P90)),
		Details: map[string]string{"metric": string(key.Metric), "p90": instantText(told.P90), "raised_at": instantText(told.RaisedAt)},
	}
}

// ForecastEvent tells the monitor what a metric is expected to be.
func ForecastEvent(f forecast.ForecastResult) closing.Event {
	first, last := f.Predictions[0], f.Predictions[len(f.Predictions)-1]
	median, high := first.Value, first
	for _, p := range f.Predictions {
		median = max(median, p.Value)
		if top(p) > top(high) {
			high = p
		}
	}
	level := f.Levels[len(f.Levels)-1]
	return closing.Event{
		Kind: ForecastKind, Severity: "info", TenantID: f.TenantID,
		Summary: fmt.Sprintf("%s of %s until %s: at most %s expected, %s at P%s", f.Metric, f.TenantID, day(last.Timestamp),
			brief(median), brief(top(high)), brief(100*level)),
		Details: map[string]string{
			"forecast_id": f.ID, "metric": string(f.Metric), "granularity": string(f.Granularity), "model": f.Model,
			"from": instantText(first.Timestamp), "until": instantText(last.Timestamp), "confidence_score": brief(f.ConfidenceScore),
			"median_peak": number(median), "upper_peak": number(top(high)), "upper_level": number(level), "upper_peak_at": instantText(high.Timestamp),
		},
	}
}

// top is the highest quantile of a prediction.
func top(p forecast.Prediction) float64 { return p.Quantiles[len(p.Quantiles)-1] }

func day(at time.Time) string         { return at.UTC().Format(time.DateOnly) }
func instantText(at time.Time) string { return at.UTC().Format(time.RFC3339) }
func number(v float64) string         { return strconv.FormatFloat(v, 'g', -1, 64) }
func brief(v float64) string          { return strconv.FormatFloat(v, 'g', 4, 64) }
