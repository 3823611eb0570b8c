package capacity

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/money"
)

// DefaultHeadroomPercent is how much more than P90 there should be unless asked otherwise.
const DefaultHeadroomPercent = 20.0

const (
	// releaseShare is the share of capacity that must be idle, headroom counted as used, before a
	// release is recommended: capacity given up for less is soon bought back.
	releaseShare = 0.3
	// releaseDays is how far a forecast must look before a release is recommended.
	releaseDays = 28
)

// Plan is a forecast beside what it is to be compared with.
type Plan struct {
	// Forecast needs the levels 0.1, 0.5 and 0.9; make it within DemandBounds.
	Forecast forecast.ForecastResult
	Capacity Capacity
	// Unit is what the capacity is counted in; empty for the metric's.
	Unit string
	// ResourceType names the resource to billing and to the scheduler; empty for the metric's name.
	ResourceType string
	// LeadTime is how long it takes from an order to capacity in use.
	LeadTime time.Duration
}

// Planner makes recommendations. Rates and Scheduler may be nil: then nothing is priced or placed.
type Planner struct {
	Rates     Rates
	Scheduler Scheduler
}

// GenerateCapacityRecommendations returns what to change, the most urgent first: overdue orders, then by
// order-by date, then what only eats headroom, then releases; plans that need nothing have none. The
// headroom is in percent of P90, from 0 to 1000. Errors are InvalidInput for what cannot be, and those
// of the ports.
func (p Planner) GenerateCapacityRecommendations(ctx context.Context, now time.Time, plans []Plan, headroomPercent float64) ([]CapacityRecommendation, error) {
	if !(headroomPercent >= 0 && headroomPercent <= 1000) {
		return nil, fault.Invalid("/headroom_percent", "the headroom is %v percent; it must be from 0 to 1000", headroomPercent)
	}
	recommendations := []CapacityRecommendation{}
	for _, plan := range plans {
		finding, err := weigh(plan, now, headroomPercent)
		if err != nil {
			return nil, err
		}
		if finding == nil {
			continue
		}
		if err := p.complete(ctx, finding, plan, headroomPercent); err != nil {
			return nil, err
		}
		recommendations = append(recommendations, finding.CapacityRecommendation)
	}
	slices.SortStableFunc(recommendations, byUrgency)
	return recommendations, nil
}

// byUrgency orders recommendations; equal ones by name, so that the order never depends on the input's.
func byUrgency(a, b CapacityRecommendation) int {
	instant := func(t *time.Time) int64 {
		if t == nil {
			return math.MaxInt64
		}
		return t.UnixNano()
	}
	return cmp.Or(
		cmp.Compare(a.Urgency.rank(), b.Urgency.rank()),
		cmp.Compare(instant(a.OrderBy), instant(b.OrderBy)),
		strings.Compare(a.TenantID, b.TenantID),
		strings.Compare(a.ResourceType, b.ResourceType),
	)
}

// finding is a recommendation with what its reason needs.
type finding struct {
	CapacityRecommendation
	exhaustion Exhaustion
	peak       float64
	peakAt     time.Time
	// unpriced says that billing has no rate of it.
	unpriced bool
}

// weigh compares a plan's demand with its capacity; nil where nothing is to be done.
func weigh(plan Plan, now time.Time, headroomPercent float64) (*finding, error) {
	exhaustion, err := ProjectCapacityExhaustion(plan.Forecast, plan.Capacity)
	if err != nil {
		return nil, err
	}
	p90, err := plan.Forecast.Quantile(0.9)
	if err != nil {
		return nil, err
	}
	f := &finding{exhaustion: exhaustion}
	f.TenantID, f.Metric, f.ResourceType = plan.Forecast.TenantID, plan.Forecast.Metric, plan.ResourceType
	if f.ResourceType == "" {
		f.ResourceType = string(f.Metric)
	}
	f.Confidence, f.CurrentCapacity = plan.Forecast.ConfidenceScore, plan.Capacity.At(now)
	f.worst(plan, p90, 1+headroomPercent/100)
	switch {
	case exhaustion.P90 != nil:
		orderBy := exhaustion.P90.Add(-plan.LeadTime)
		f.ProjectedExhaustionDate, f.OrderBy, f.Urgency = exhaustion.P90, &orderBy, Scheduled
		if orderBy.Before(now) {
			f.Urgency = Overdue
		}
	case f.Change > 0:
		f.Urgency = HeadroomShort
	case releasable(plan, f):
		f.Urgency = Release
	default:
		return nil, nil //nolint:nilnil // no finding is an answer
	}
	f.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(strings.Join([]string{
		"capacity-recommendation", f.TenantID, f.ResourceType, plan.Forecast.ID, exhaustion.Until.UTC().Format(time.RFC3339),
	}, "\x00"))).String()
	return f, nil
}

// worst finds the point at which demand with headroom exceeds capacity most (or leaves least idle), not
// counting what is exceeded by one spike alone.
func (f *finding) worst(plan Plan, demand []float64, factor float64) {
	excess := make([]float64, len(demand))
	for i, v := range demand {
		excess[i] = upToWhole(f.Metric, max(v, 0)*factor) - plan.Capacity.At(plan.Forecast.Predictions[i].Timestamp)
	}
	f.Change = math.Inf(-1)
	for i, change := range lasting(excess, confirmation(plan.Forecast.Granularity)) {
		if change > f.Change {
			at := plan.Forecast.Predictions[i].Timestamp
			f.Change, f.peak, f.peakAt = change, demand[i], at
			f.RecommendedCapacity = plan.Capacity.At(at) + change
		}
	}
}

// upToWhole rounds a target up where the metric counts things.
func upToWhole(metric forecast.ResourceMetric, target float64) float64 {
	if metric != forecast.InstanceCount {
		return target
	}
	return math.Ceil(target - 1e-9)
}

// releasable reports whether so much stays idle for so long that giving it up is worth a decision.
func releasable(plan Plan, f *finding) bool {
	points := plan.Forecast.Predictions
	days := points[len(points)-1].Timestamp.Sub(points[0].Timestamp).Hours() / 24
	return !math.IsInf(f.Change, -1) && days >= releaseDays-1 && f.CurrentCapacity > 0 && -f.Change >= releaseShare*f.CurrentCapacity
}

// price says what a finding costs; one that billing has no rate of is recommended all the same.
func (p Planner) price(ctx context.Context, f *finding) error {
	if p.Rates == nil {
		return nil
	}
	rate, err := p.Rates.MonthlyRate(ctx, f.TenantID, f.ResourceType)
	if fault.Is(err, fault.NotFound) {
		f.unpriced = true
		return nil
	}
	if err != nil {
		return err
	}
	digits, err := money.MinorDigits(rate.Currency)
	if err != nil {
		return err
	}
	f.EstimatedMonthlyCostDelta = rate.PerUnit.Mul(quantity(f.Change)).RoundBank(int32(digits))
	f.Currency = rate.Currency
	return nil
}

// complete prices a finding, places it and puts it into words.
func (p Planner) complete(ctx context.Context, f *finding, plan Plan, headroomPercent float64) error {
	if err := p.price(ctx, f); err != nil {
		return err
	}
	if p.Scheduler != nil && f.Change > 0 {
		placement, err := p.Scheduler.Place(ctx, f.TenantID, f.ResourceType, f.Change)
		switch {
		case err == nil:
			f.Placement = &placement
		case !fault.Is(err, fault.NotFound): // what the scheduler does not place is recommended all the same
			return err
		}
	}
	f.Reason = f.words(plan, headroomPercent)
	return nil
}
