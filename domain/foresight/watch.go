package foresight

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Watch compares what tenants will need with what they have, each night. It is safe for concurrent use.
type Watch struct {
	*Planning
	Store StandingStore
}

// Watched is what became of one tenant.
type Watched struct {
	Settled
	Failed []Failure
}

// Tenant compares the demand that a night's run forecast of a tenant with its capacity, and brings alerts and
// recommendations in line with it. What stands of a metric that was not forecast stays, and metrics of which
// nothing was measured are named together. Where compute or billing do not answer, the error is Unavailable and
// nothing changes.
func (w *Watch) Tenant(ctx context.Context, run string, now time.Time, tenantID string) (Watched, error) {
	provisions, err := w.Provisioned(ctx, tenantID)
	if err != nil {
		return Watched{}, err
	}
	plans, without, err := w.plansOf(ctx, run, provisions)
	if err != nil {
		return Watched{}, err
	}
	var watched Watched
	if watched.Failed, err = w.unmeasured(ctx, now, tenantID, without); err != nil {
		return Watched{}, err
	}
	s := settlement{now: now, unknown: map[Key]bool{}}
	for _, key := range without {
		s.unknown[key] = true
	}
	if s.findings, err = w.findings(ctx, now, tenantID, plans); err != nil {
		return Watched{}, err
	}
	if err := w.Store.Settle(ctx, tenantID, s.decide); err != nil {
		return Watched{}, err
	}
	watched.Settled = s.settled
	return watched, nil
}

// plansOf puts what a run forecast beside what there is, and lists the series without a forecast.
func (w *Watch) plansOf(ctx context.Context, run string, provisions []Provision) (plans []capacity.Plan, without []Key, err error) {
	ids := make([]string, len(provisions))
	for i, one := range provisions {
		ids[i] = DemandID(run, one.Key)
	}
	made, err := w.Archive.Several(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	demand := make(map[string]forecast.ForecastResult, len(made))
	for _, one := range made {
		demand[one.ID] = one
	}
	for i, one := range provisions {
		if known, found := demand[ids[i]]; found {
			plans = append(plans, planOf(one, known))
		} else {
			without = append(without, one.Key)
		}
	}
	return plans, without, nil
}

// unmeasured names in one of them the series of a tenant that nothing was measured of. Why others were not
// forecast is told by what forecasts.
func (w *Watch) unmeasured(ctx context.Context, now time.Time, tenantID string, without []Key) ([]Failure, error) {
	var names []string
	for _, key := range without {
		latest, err := w.Usage.Latest(ctx, key)
		if err != nil {
			return nil, err
		}
		if latest.Before(now.Add(-Lookback)) {
			names = append(names, string(key.Metric))
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return []Failure{{Key: Key{TenantID: tenantID}, Reason: fmt.Sprintf("there is capacity of %s, of which nothing was measured in %d days",
		strings.Join(names, ", "), int(Lookback.Hours()/24))}}, nil
}

// findings says of each plan when capacity runs out, and what to change.
func (w *Watch) findings(ctx context.Context, now time.Time, tenantID string, plans []capacity.Plan) (map[Key]Finding, error) {
	found := make(map[Key]Finding, len(plans))
	if len(plans) == 0 {
		return found, nil
	}
	for _, plan := range plans {
		exhaustion, err := capacity.ProjectCapacityExhaustion(plan.Forecast, plan.Capacity)
		if err != nil {
			return nil, err
		}
		key := Key{tenantID, plan.Forecast.Metric}
		found[key] = Finding{Key: key, Exhaustion: exhaustion, LeadTime: plan.LeadTime}
	}
	items, err := w.recommend(ctx, now, plans, capacity.DefaultHeadroomPercent)
	for i := range items {
		key := Key{tenantID, items[i].Metric}
		finding := found[key]
		finding.Recommendation = &items[i]
		found[key] = finding
	}
	return found, err
}

// Left clears what stands of a tenant that is there no more.
func (w *Watch) Left(ctx context.Context, now time.Time, tenantID string) (Settled, error) {
	s := settlement{now: now, left: true}
	err := w.Store.Settle(ctx, tenantID, s.decide)
	return s.settled, err
}
