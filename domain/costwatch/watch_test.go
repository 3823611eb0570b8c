package costwatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

var june = period.New(2026, time.June)

// platform bears 100 a day per tenant, 40 of it for compute, with a ripple of a few percent; spikes
// come on top of a tenant's compute.
type platform struct {
	tenants int
	spikes  map[string]map[time.Time]int64
	broken  error
	// coarse costs are known by day and category alone.
	coarse bool
}

func (p *platform) cost(tenant int, day time.Time) (compute, storage decimal.Decimal) {
	ripple := int64((day.YearDay()*7+tenant*13)%9) - 4
	compute = decimal.New(4000+40*ripple+100*p.spikes[name(tenant)][day], -2)
	return compute, decimal.New(6000+60*ripple, -2)
}

func name(tenant int) string { return fmt.Sprintf("tenant-%04d", tenant) }

func (p *platform) DailyTotals(_ context.Context, query allocation.DailyTotalQuery, use func(allocation.DailyTotal) error) error {
	for tenant := range p.tenants {
		for day := query.From; day.Before(query.Until); day = day.AddDate(0, 0, 1) {
			compute, storage := p.cost(tenant, day)
			if err := use(allocation.DailyTotal{Account: name(tenant), Currency: "USD", Day: day, Amount: compute.Add(storage)}); err != nil {
				return err
			}
		}
	}
	return p.broken
}

func (p *platform) DailyCosts(_ context.Context, query allocation.CostQuery) ([]allocation.DailyCost, error) {
	tenant := 0
	if _, err := fmt.Sscanf(query.Account, "tenant-%d", &tenant); err != nil {
		return nil, err
	}
	var costs []allocation.DailyCost
	for day := query.First.Start(); day.Before(query.Last.End()); day = day.AddDate(0, 0, 1) {
		compute, storage := p.cost(tenant, day)
		costs = append(costs, allocation.DailyCost{Day: day, Category: "compute", Currency: "USD", Amount: compute},
			allocation.DailyCost{Day: day, Category: "storage", Currency: "USD", Amount: storage})
	}
	return costs, nil
}

// DayItems knows compute alone, as one machine's.
func (p *platform) DayItems(_ context.Context, query allocation.CostQuery, days []time.Time) ([]costwatch.DayItem, error) {
	if p.coarse {
		return nil, nil
	}
	tenant := 0
	if _, err := fmt.Sscanf(query.Account, "tenant-%d", &tenant); err != nil {
		return nil, err
	}
	var items []costwatch.DayItem
	for _, day := range days {
		compute, _ := p.cost(tenant, day)
		for dimension, item := range map[string]string{"service": "EC2", "resource": "vm-1", "tag:team": "web"} {
			items = append(items, costwatch.DayItem{Day: day, Dimension: dimension, Item: item, Amount: compute})
		}
	}
	return items, nil
}

func (p *platform) CostItems(_ context.Context, query allocation.CostQuery) ([]allocation.CostItem, error) {
	return []allocation.CostItem{
		{Period: query.First, Dimension: "resource", Item: "vm-1", Currency: "USD", Amount: decimal.New(100, 0)},
		{Period: query.Last, Dimension: "resource", Item: "vm-1", Currency: "USD", Amount: decimal.New(350, 0)},
	}, nil
}

// CostPeriods knows that June and July are closed, and what August comes to so far.
func (p *platform) CostPeriods(_ context.Context, _ string, first, last period.Period) ([]allocation.CostPeriod, error) {
	var known []allocation.CostPeriod
	for _, month := range []period.Period{june, june.Next(), june.Next().Next()} {
		if !month.Before(first) && !last.Before(month) {
			known = append(known, allocation.CostPeriod{Period: month, Provisional: month == june.Next().Next()})
		}
	}
	return known, nil
}

func (p *platform) TagTotals(context.Context, allocation.TagTotalQuery) ([]allocation.TagTotal, error) {
	return nil, errors.New("nobody asks")
}

// book keeps what was found, once per id, and withdraws what is not found again.
type book struct {
	leastImpact int64
	found       map[string]allocation.CostAnomaly
	messages    []outbox.Message
}

func (b *book) Book(context.Context, string) (closing.Book, error) {
	return closing.Book{ID: "main", AnomalyLeastImpact: decimal.New(b.leastImpact, 0)}, nil
}

func (b *book) Settle(
	_ context.Context, _ string, month period.Period, found []allocation.CostAnomaly, announce costwatch.Announce,
) (settled costwatch.Settled, err error) {
	tell := func(one allocation.CostAnomaly, changes int) error {
		message, err := announce(one, changes)
		b.messages = append(b.messages, message)
		return err
	}
	now := map[string]allocation.CostAnomaly{}
	for _, one := range found {
		one.State = allocation.AnomalyStanding
		now[one.AnomalyID] = one
		if _, known := b.found[one.AnomalyID]; !known {
			settled.New++
			err = errors.Join(err, tell(one, 0))
		}
	}
	for id, one := range b.found {
		if period.Of(one.PeriodStart) != month {
			now[id] = one
			continue
		}
		if _, stands := now[id]; !stands && one.State == allocation.AnomalyStanding {
			settled.Withdrawn++
			one.State = allocation.AnomalyWithdrawn
			err = errors.Join(err, tell(one, 1))
			now[id] = one
		}
	}
	b.found = now
	return settled, err
}

func (b *book) Anomalies(context.Context, costwatch.Filter, costwatch.Position, int) ([]costwatch.Recorded, error) {
	return nil, nil
}

func watchOver(costs *platform) (*costwatch.Watch, *book) {
	kept := &book{leastImpact: 50, found: map[string]allocation.CostAnomaly{}}
	now := time.Date(2026, time.July, 10, 2, 0, 0, 0, time.UTC)
	return &costwatch.Watch{
		Costs: costs, Store: kept, Books: kept, Now: func() time.Time { return now },
		Rule: anomaly.DefaultDailyRule(decimal.Zero),
	}, kept
}

// TestFrom: a month is the past of the months after it.
func TestFrom(t *testing.T) {
	day := time.Date(2026, time.July, 20, 0, 0, 0, 0, time.UTC)
	costs := &platform{tenants: 60, spikes: map[string]map[time.Time]int64{name(7): {day: 150}, name(9): {day.AddDate(0, 1, 0): 150}}}
	watch, kept := watchOver(costs)
	states := func() map[string]allocation.AnomalyState {
		states := map[string]allocation.AnomalyState{}
		for _, one := range kept.found {
			states[one.TenantID+" "+one.PeriodStart.Format(time.DateOnly)] = one.State
		}
		return states
	}
	found, settled, err := watch.From(t.Context(), "main", june.Next())
	require.NoError(t, err)
	require.Equal(t, 1, found, "August is not closed")
	require.Equal(t, costwatch.Settled{New: 1}, settled)

	// June turns out to have cost as much every day: a level that July only went on with.
	for back := range 33 {
		costs.spikes[name(7)][day.AddDate(0, 0, -back)] = 150
	}
	found, settled, err = watch.From(t.Context(), "main", june)
	require.NoError(t, err)
	require.Equal(t, 1, found, "the level begins in June")
	require.Equal(t, costwatch.Settled{New: 1, Withdrawn: 1}, settled)
	require.Equal(t, map[string]allocation.AnomalyState{
		name(7) + " 2026-06-18": allocation.AnomalyStanding, name(7) + " 2026-07-20": allocation.AnomalyWithdrawn,
	}, states())
	told := len(kept.messages)
	_, settled, err = watch.From(t.Context(), "main", june)
	require.NoError(t, err)
	require.Zero(t, settled)
	require.Len(t, kept.messages, told, "and that is told once")
}

func TestMonth(t *testing.T) {
	spike := time.Date(2026, time.June, 16, 0, 0, 0, 0, time.UTC)
	costs := &platform{tenants: 60, spikes: map[string]map[time.Time]int64{
		name(7): {spike: 150, spike.AddDate(0, 0, 1): 150}, name(9): {spike: 40},
	}}
	watch, kept := watchOver(costs)
	found, settled, err := watch.Month(t.Context(), "main", june)
	require.NoError(t, err)

	t.Run("a spike of several days is one anomaly, and a small one none", func(t *testing.T) {
		require.Equal(t, 1, found)
		require.Equal(t, costwatch.Settled{New: 1}, settled)
		for _, one := range kept.found {
			require.Equal(t, name(7), one.TenantID)
			require.Equal(t, spike, one.PeriodStart)
			require.Equal(t, spike, one.Since)
		}
	})
	t.Run("its causes name category, service, resource and tag in money, each summing to the rise", func(t *testing.T) {
		for _, one := range kept.found {
			sums, first := map[anomaly.Dimension]decimal.Decimal{}, map[anomaly.Dimension]string{}
			for _, cause := range one.Causes {
				sums[cause.Dimension] = sums[cause.Dimension].Add(cause.Contribution)
				if first[cause.Dimension] == "" {
					first[cause.Dimension] = cause.Item
				}
			}
			require.Equal(t, map[anomaly.Dimension]string{"category": "compute", "service": "EC2", "resource": "vm-1", "tag:team": "web"}, first)
			for dimension, sum := range sums {
				require.True(t, sum.Equal(one.Impact), "%s: %s of %s", dimension, sum, one.Impact)
			}
			require.Contains(t, strings.Join(one.SuggestedCauses, "\n"), "resource vm-1 rose by ")
		}
	})
	t.Run("where the days before know categories alone, it says what rose over the month", func(t *testing.T) {
		coarse, kept := watchOver(&platform{tenants: 60, spikes: costs.spikes, coarse: true})
		_, _, err := coarse.Month(t.Context(), "main", june)
		require.NoError(t, err)
		for _, one := range kept.found {
			require.Contains(t, strings.Join(one.SuggestedCauses, "\n"), "resource vm-1 rose the most: by 250.00 USD over 2026-05")
		}
	})
	t.Run("the monitor is told under a key that stays", func(t *testing.T) {
		require.Len(t, kept.messages, 1)
		message := kept.messages[0]
		require.Equal(t, outbox.TopicMonitorEvent, message.Topic)
		require.True(t, strings.HasPrefix(message.Key, "main:anomaly-"), message.Key)
		var event closing.Event
		require.NoError(t, json.Unmarshal(message.Payload, &event))
		require.Equal(t, costwatch.EventKind, event.Kind)
		require.Equal(t, name(7), event.TenantID)
		require.Equal(t, "2026-06-16", event.Details["day"])
	})
	t.Run("found again it is not new", func(t *testing.T) {
		found, settled, err := watch.Month(t.Context(), "main", june)
		require.NoError(t, err)
		require.Equal(t, 1, found)
		require.Zero(t, settled)
		require.Len(t, kept.messages, 1)
	})
	t.Run("the least impact is the book's", func(t *testing.T) {
		kept.leastImpact = 10
		found, settled, err := watch.Month(t.Context(), "main", june)
		require.NoError(t, err)
		require.Equal(t, 2, found, "40 more on one of 100 a day")
		require.Equal(t, costwatch.Settled{New: 1}, settled)
		kept.leastImpact = 50
	})
	t.Run("what a restatement explains is withdrawn, and the monitor told", func(t *testing.T) {
		costs.spikes = nil
		found, settled, err := watch.Month(t.Context(), "main", june)
		require.NoError(t, err)
		require.Zero(t, found)
		require.Equal(t, costwatch.Settled{Withdrawn: 2}, settled)
		keys := map[string]bool{}
		for _, message := range kept.messages {
			keys[message.Key] = true
		}
		require.Len(t, keys, 4, "each is told under a key of its own")
		var event closing.Event
		require.NoError(t, json.Unmarshal(kept.messages[3].Payload, &event))
		require.Equal(t, costwatch.WithdrawnKind, event.Kind)
		require.Equal(t, "withdrawn", event.Details["state"])
	})
	t.Run("an error of the costs is returned", func(t *testing.T) {
		costs.broken = errors.New("connection lost")
		_, _, err := watch.Month(t.Context(), "main", june)
		require.ErrorIs(t, err, costs.broken)
	})
}
