package foresight

import (
	"context"
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

const (
	// AlertWithin is how near the P90 date of exhaustion must be for an alert, unless the lead time is so long
	// that a later one asks for an order within AlertMargin. An alert that stands is cleared only when no date
	// lies within PlanningDays any more, so that one at the edge is not raised and cleared in turns.
	AlertWithin = 60 * 24 * time.Hour
	// AlertMargin is how long before an order is due it is told at the latest.
	AlertMargin = 14 * 24 * time.Hour
	// MaterialDays is by how much a date must move to be told again.
	MaterialDays = 7 * 24 * time.Hour
	// MaterialShare is by which share of itself an amount must change to be told again.
	MaterialShare = 0.05
)

// Alert is what people were told of capacity that runs out.
type Alert struct {
	// Severity is warning while an order still comes in time, and critical after that.
	Severity string `json:"severity"`
	// P90 and P50 are dates of exhaustion, OrderBy is P90 less the lead time.
	P90     time.Time  `json:"p90"`
	P50     *time.Time `json:"p50"`
	OrderBy time.Time  `json:"order_by"`
	// RaisedAt is when it was first told, ToldAt when last.
	RaisedAt time.Time `json:"raised_at"`
	ToldAt   time.Time `json:"told_at"`
}

// Standing is what stands of a series' capacity. Nil is nothing.
type Standing struct {
	Key
	Alert          *Alert                           `json:"alert"`
	Recommendation *capacity.CapacityRecommendation `json:"recommendation"`
	// News counts what was told of the series, and so numbers the keys of messages.
	News      int       `json:"news"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Standings knows what stands. Its methods return Unavailable errors when trying again can help, and may be
// used concurrently.
type Standings interface {
	// Standing lists what stands of a tenant, in byte order of metrics; one of which nothing stands any more
	// included.
	Standing(ctx context.Context, tenantID string) ([]Standing, error)
}

// StandingStore keeps what stands. Errors are as for Standings.
type StandingStore interface {
	Standings
	// Settle lets decide see what stands of a tenant and keeps what it returns, together with its messages in
	// the outbox; two that settle the same tenant take turns. An error of decide changes nothing.
	Settle(ctx context.Context, tenantID string, decide func([]Standing) ([]Standing, []outbox.Message, error)) error
}

// Finding is what a night's forecast says of a series' capacity.
type Finding struct {
	Key
	Exhaustion capacity.Exhaustion
	LeadTime   time.Duration
	// Recommendation is nil where nothing is to be changed.
	Recommendation *capacity.CapacityRecommendation
}

// alert returns the alert that a finding calls for, beside the one that stands (nil for none).
func (f Finding) alert(now time.Time, stands *Alert) *Alert {
	if f.Exhaustion.P90 == nil {
		return nil
	}
	within := max(AlertWithin, f.LeadTime+AlertMargin)
	if stands == nil && f.Exhaustion.P90.After(now.Add(within)) {
		return nil
	}
	found := &Alert{Severity: "warning", P90: *f.Exhaustion.P90, P50: f.Exhaustion.P50, OrderBy: f.Exhaustion.P90.Add(-f.LeadTime), RaisedAt: now, ToldAt: now}
	if found.OrderBy.Before(now) {
		found.Severity = "critical"
	}
	return found
}

// differs reports whether an alert says something else than one that was told.
func (a Alert) differs(told Alert) bool {
	return a.Severity != told.Severity || moved(a.P90, told.P90)
}

// recommendsOther reports whether a recommendation asks for something else than one that was handed over.
func recommendsOther(found, handed capacity.CapacityRecommendation) bool {
	if found.Urgency != handed.Urgency || found.ResourceType != handed.ResourceType {
		return true
	}
	if (found.OrderBy == nil) != (handed.OrderBy == nil) || found.OrderBy != nil && moved(*found.OrderBy, *handed.OrderBy) {
		return true
	}
	return math.Abs(found.RecommendedCapacity-handed.RecommendedCapacity) >= MaterialShare*math.Abs(handed.RecommendedCapacity)
}

func moved(date, told time.Time) bool { return date.Sub(told).Abs() >= MaterialDays }
