package capacity

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// priceList charges by resource type.
type priceList map[string]Rate

func (p priceList) MonthlyRate(_ context.Context, _, resourceType string) (Rate, error) {
	rate, known := p[resourceType]
	if !known {
		return Rate{}, fault.New(fault.NotFound, "billing has no rate for %s", resourceType)
	}
	return rate, nil
}

// room is how much fits, by resource type.
type room map[string]float64

func (r room) Place(_ context.Context, _, resourceType string, amount float64) (Placement, error) {
	placed := min(amount, r[resourceType])
	return Placement{Placed: placed, Spots: []Spot{{"pool-a", placed}}}, nil
}

const day24 = 24 * time.Hour

// growing is storage that grows by 1 GB a day from 50, P90 10 above: 90 at day 30.
func growing() Plan {
	return Plan{Forecast: band(forecast.Daily, 10, rising(40, 50, 1)...), Capacity: Constant(90), LeadTime: 14 * day24}
}

func recommend(t *testing.T, p Planner, headroom float64, plans ...Plan) []CapacityRecommendation {
	t.Helper()
	list, err := p.GenerateCapacityRecommendations(t.Context(), start, plans, headroom)
	require.NoError(t, err)
	return list
}

func TestRecommendations(t *testing.T) {
	planner := Planner{Rates: priceList{"storage_used_gb": {dec(t, "0.115"), "USD"}, "disk": {dec(t, "2"), "JPY"}}, Scheduler: room{"storage_used_gb": 20}}

	t.Run("has every field", func(t *testing.T) {
		got := recommend(t, planner, 20, growing())
		require.Len(t, got, 1)
		r := got[0]
		assert.NotEmpty(t, r.ID)
		assert.Equal(t, "acme", r.TenantID)
		assert.Equal(t, "storage_used_gb", r.ResourceType)
		assert.Equal(t, Scheduled, r.Urgency)
		assert.InDelta(t, 90, r.CurrentCapacity, 0)
		// The last point stands alone; the one before it, 88 + 10 with a fifth more, is 117.6.
		assert.InDelta(t, 117.6, r.RecommendedCapacity, 1e-9)
		assert.InDelta(t, 27.6, r.Change, 1e-9)
		assert.InDelta(t, 0.7, r.Confidence, 0)
		assert.Equal(t, on(forecast.Daily, 30), *r.ProjectedExhaustionDate)
		assert.Equal(t, on(forecast.Daily, 16), *r.OrderBy)
		assert.Equal(t, "3.17", r.EstimatedMonthlyCostDelta.String(), "27.6 · 0.115 = 3.174")
		assert.Equal(t, "USD", r.Currency)
		assert.InDelta(t, 20, r.Placement.Placed, 0)
		assert.Equal(t, "storage_used_gb reaches its capacity of 90 GB on 2026-12-31 in one future of ten (P90), not by 2027-01-09 in one of two; "+
			"117.6 GB holds the peak of 98 GB on 2027-01-08 with 20 % headroom. With a lead time of 14 days, order by 2026-12-17. "+
			"The scheduler can place 20 GB of it today (20 GB on pool-a); 7.6 GB need new machines.", r.Reason)
	})
	t.Run("is overdue where the lead time is longer than what is left", func(t *testing.T) {
		plan := growing()
		plan.LeadTime = 45 * day24
		r := recommend(t, planner, 20, plan)[0]
		assert.Equal(t, Overdue, r.Urgency)
		assert.Contains(t, r.Reason, "With a lead time of 45 days the order was due on 2026-11-16: order now.")
	})
	t.Run("says that demand is beyond capacity already", func(t *testing.T) {
		plan := growing()
		plan.Capacity = Constant(30)
		r := recommend(t, planner, 20, plan)[0]
		assert.Equal(t, Overdue, r.Urgency)
		assert.Contains(t, r.Reason, "storage_used_gb is beyond its capacity of 30 GB already, in nine futures of ten; 117.6 GB holds the peak")
	})
	t.Run("names the date by which it must be there where no lead time is known", func(t *testing.T) {
		plan := growing()
		plan.LeadTime = 0
		assert.Contains(t, recommend(t, planner, 20, plan)[0].Reason, "headroom. No lead time is known: have it by 2026-12-31.")
	})
	t.Run("asks for headroom without a date where only that is eaten", func(t *testing.T) {
		plan := growing()
		plan.Capacity = Constant(110)
		r := recommend(t, planner, 20, plan)[0]
		assert.Equal(t, HeadroomShort, r.Urgency)
		assert.Nil(t, r.ProjectedExhaustionDate)
		assert.Nil(t, r.OrderBy)
		assert.Contains(t, r.Reason, "leaves less than 20 % headroom")
		assert.Empty(t, recommend(t, planner, 0, plan), "without headroom there is nothing to do")
	})
	t.Run("counts what is planned", func(t *testing.T) {
		plan := growing()
		plan.Capacity = planned(90, 15, 40)
		assert.Empty(t, recommend(t, planner, 20, plan))
		plan.Capacity = planned(90, 15, 20)
		r := recommend(t, planner, 20, plan)[0]
		assert.InDelta(t, 7.6, r.Change, 1e-9)
		assert.Contains(t, r.Reason, "Planned additions (1) are counted.")
	})
	t.Run("is silent about a single spike", func(t *testing.T) {
		medians := rising(40, 50, 0)
		medians[20] = 500
		assert.Empty(t, recommend(t, planner, 20, Plan{Forecast: band(forecast.Daily, 1, medians...), Capacity: Constant(70)}))
	})
	t.Run("releases what nobody needs, at a negative price", func(t *testing.T) {
		plan := Plan{Forecast: band(forecast.Daily, 10, rising(40, 40, 0)...), Capacity: Constant(200)}
		r := recommend(t, planner, 20, plan)[0]
		assert.Equal(t, Release, r.Urgency)
		assert.InDelta(t, 60, r.RecommendedCapacity, 1e-9)
		assert.Equal(t, "-16.1", r.EstimatedMonthlyCostDelta.String())
		assert.Nil(t, r.Placement)
		plan.Forecast = band(forecast.Daily, 10, rising(14, 40, 0)...)
		assert.Empty(t, recommend(t, planner, 20, plan), "two weeks are too short to give anything up")
	})
	t.Run("counts instances whole", func(t *testing.T) {
		plan := Plan{Forecast: band(forecast.Daily, 0, rising(9, 9, 0)...), Capacity: Constant(10)}
		plan.Forecast.Metric = forecast.InstanceCount
		assert.InDelta(t, 11, recommend(t, Planner{}, 20, plan)[0].RecommendedCapacity, 0, "10.8 rounded up")
	})
	t.Run("rounds to the currency's digits", func(t *testing.T) {
		plan := growing()
		plan.ResourceType = "disk"
		r := recommend(t, planner, 20, plan)[0]
		assert.Equal(t, "55", r.EstimatedMonthlyCostDelta.String(), "27.6 GB at 2 JPY")
		assert.Equal(t, "disk", r.ResourceType)
	})
	t.Run("says so where billing has no rate", func(t *testing.T) {
		r := recommend(t, Planner{Rates: priceList{}}, 20, growing())[0]
		assert.True(t, r.EstimatedMonthlyCostDelta.IsZero())
		assert.Empty(t, r.Currency)
		assert.Contains(t, r.Reason, "Billing has no rate of storage_used_gb: what it costs is not known.")
	})
	t.Run("speaks in the unit that is stated", func(t *testing.T) {
		plan := growing()
		plan.Unit = "GiB"
		assert.Contains(t, recommend(t, planner, 20, plan)[0].Reason, "reaches its capacity of 90 GiB on")
	})
	t.Run("recommends at capacity even without headroom", func(t *testing.T) {
		plan := Plan{Forecast: band(forecast.Daily, 0, rising(9, 90, 0)...), Capacity: Constant(90)}
		assert.Len(t, recommend(t, Planner{}, 0, plan), 1)
	})
	t.Run("has the same id for the same forecast", func(t *testing.T) {
		other := growing()
		other.Forecast.ID = "f2"
		first, again := recommend(t, planner, 20, growing())[0].ID, recommend(t, planner, 20, growing())[0].ID
		assert.Equal(t, first, again)
		assert.NotEqual(t, first, recommend(t, planner, 20, other)[0].ID)
	})
}

func TestRecommendationsAreOrderedByUrgency(t *testing.T) {
	named := func(name string, lead time.Duration, capacity float64) Plan {
		plan := growing()
		plan.ResourceType, plan.LeadTime, plan.Capacity = name, lead, Constant(capacity)
		return plan
	}
	got := recommend(t, Planner{}, 20,
		named("released", 0, 500), named("headroom", 0, 110), named("later", day24, 90), named("sooner", 9*day24, 90),
		named("overdue", 60*day24, 90), named("long overdue", 90*day24, 90))
	var order []string
	for _, r := range got {
		order = append(order, r.ResourceType)
	}
	assert.Equal(t, []string{"long overdue", "overdue", "sooner", "later", "headroom", "released"}, order)
}

func TestRecommendationsRefuse(t *testing.T) {
	for _, headroom := range []float64{-1, 1001} {
		_, err := Planner{}.GenerateCapacityRecommendations(t.Context(), start, nil, headroom)
		require.ErrorContains(t, err, "it must be from 0 to 1000")
	}
}

func TestRecommendedCapacityHoldsTheForecast(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		plan := Plan{Forecast: drawnForecast(rt), Capacity: Constant(rapid.Float64Range(1, 150).Draw(rt, "capacity"))}
		list, err := Planner{}.GenerateCapacityRecommendations(t.Context(), start, []Plan{plan}, rapid.Float64Range(1, 100).Draw(rt, "headroom"))
		require.NoError(rt, err)
		if len(list) == 0 || list[0].Urgency == Release {
			return
		}
		after, err := ProjectCapacityExhaustion(plan.Forecast, Constant(list[0].RecommendedCapacity))
		require.NoError(rt, err)
		require.Nil(rt, after.P90, "with the recommended capacity P90 passes no more")
	})
}
