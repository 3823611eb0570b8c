package foresight_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

var (
	requests = foresight.Gauge{ID: "one", Metric: forecast.RequestRate}
	noon     = time.Date(2026, time.November, 28, 12, 20, 0, 0, time.UTC)
)

// monitored measures the same of each tenant in every hour, and notes what it was asked for.
type monitored struct {
	tenants []string
	asked   [][2]time.Time
	// failAt is the number of the question, from 1, that is answered with an error.
	failAt int
	err    error
	// capacity is what each tenant has, and refused why it cannot be measured.
	capacity []capacity.Level
	refused  error
}

func (m *monitored) Gauges() []foresight.Gauge { return []foresight.Gauge{requests} }

func (m *monitored) HourlyUsage(_ context.Context, gauge foresight.Gauge, from, until time.Time) ([]foresight.Usage, error) {
	m.asked = append(m.asked, [2]time.Time{from, until})
	if len(m.asked) == m.failAt {
		return nil, m.err
	}
	var all []foresight.Usage
	for _, id := range m.tenants {
		series := foresight.Usage{Key: foresight.Key{TenantID: id, Metric: gauge.Metric}}
		for at := from; at.Before(until); at = at.Add(time.Hour) {
			series.Hours = append(series.Hours, foresight.Hour{At: at, Mean: 1, P95: 2, Peak: 3})
		}
		all = append(all, series)
	}
	return all, nil
}

func (m *monitored) Capacity(context.Context, foresight.Gauge, time.Time, time.Time) (map[string][]capacity.Level, error) {
	all := map[string][]capacity.Level{}
	for _, id := range m.tenants {
		all[id] = m.capacity
	}
	return all, m.refused
}

// stated keeps what gauges state.
type stated map[foresight.Key]foresight.Terms

func (s stated) Terms(_ context.Context, keys []foresight.Key) (map[foresight.Key]foresight.Terms, error) {
	found := map[foresight.Key]foresight.Terms{}
	for _, key := range keys {
		if terms, known := s[key]; known {
			found[key] = terms
		}
	}
	return found, nil
}

func (s stated) Events(context.Context) ([]event.Event, error) { return nil, nil }

func (s stated) KeepTerms(_ context.Context, _ foresight.Gauge, terms []foresight.Terms) error {
	for _, one := range terms {
		s[one.Key] = one
	}
	return nil
}

func (s stated) ForgetTerms(context.Context, []foresight.Gauge) error { return nil }

// unkept is a store that keeps nothing just now.
type unkept struct{ stated }

func (unkept) KeepTerms(context.Context, foresight.Gauge, []foresight.Terms) error {
	return fault.New(fault.Unavailable, "the store is away")
}

// read keeps what gauges measured.
type read struct {
	until time.Time
	hours map[foresight.Key]map[time.Time]bool
}

func (r *read) ReadUntil(context.Context, foresight.Gauge) (time.Time, error) { return r.until, nil }

func (r *read) KeepReading(_ context.Context, _ foresight.Gauge, until time.Time, usage []foresight.Usage) error {
	r.until = until
	for _, series := range usage {
		if r.hours == nil {
			r.hours = map[foresight.Key]map[time.Time]bool{}
		}
		if r.hours[series.Key] == nil {
			r.hours[series.Key] = map[time.Time]bool{}
		}
		for _, hour := range series.Hours {
			r.hours[series.Key][hour.At] = true
		}
	}
	return nil
}

type directory []string

func (d directory) Tenants(context.Context) ([]tenancy.Tenant, error) {
	var all []tenancy.Tenant
	for _, id := range d {
		all = append(all, tenancy.Tenant{ID: id})
	}
	return all, nil
}

func TestGaugeReader(t *testing.T) {
	begin := func() (*monitored, *read, *foresight.GaugeReader) {
		source, store := &monitored{tenants: []string{"acme", "kube-system", "umbra"}}, &read{}
		return source, store, &foresight.GaugeReader{Monitoring: source, Store: store, Statements: stated{}, Tenants: directory{"acme", "umbra", "willow"}}
	}
	take := func(t *testing.T, reader *foresight.GaugeReader, now time.Time) (int, []foresight.Failure, error) {
		t.Helper()
		return reader.Read(t.Context(), now, requests)
	}
	whole := noon.Truncate(time.Hour)

	t.Run("the first time takes ninety days in weeks, up to the last whole hour", func(t *testing.T) {
		source, store, reader := begin()
		hours, _, err := take(t, reader, noon)
		require.NoError(t, err)
		require.Equal(t, 2*90*24, hours)
		require.Equal(t, whole, store.until)
		require.Len(t, source.asked, 13)
		require.Equal(t, whole.Add(-foresight.Lookback), source.asked[0][0])
		for i, asked := range source.asked[1:] {
			require.Equal(t, source.asked[i][1], asked[0], "no hour is left out between two questions")
		}
	})
	t.Run("later it takes what is new, and the last hour again", func(t *testing.T) {
		source, store, reader := begin()
		store.until = whole.Add(-24 * time.Hour)
		hours, _, err := take(t, reader, noon)
		require.NoError(t, err)
		require.Equal(t, 2*25, hours)
		require.Equal(t, [][2]time.Time{{whole.Add(-25 * time.Hour), whole}}, source.asked)
	})
	t.Run("what was kept before monitoring stopped to answer is not asked for again", func(t *testing.T) {
		source, store, reader := begin()
		source.failAt, source.err = 3, fault.New(fault.Unavailable, "no answer")
		_, _, err := take(t, reader, noon)
		require.Equal(t, fault.Unavailable, fault.CodeOf(err))
		require.Equal(t, source.asked[1][1], store.until)
		source.asked, source.failAt = nil, 0
		_, _, err = take(t, reader, noon)
		require.NoError(t, err)
		require.True(t, store.hours[foresight.Key{TenantID: "acme", Metric: forecast.RequestRate}][whole.Add(-time.Hour)])
		require.Len(t, source.asked, 11)
		require.Len(t, store.hours[foresight.Key{TenantID: "umbra", Metric: forecast.RequestRate}], 90*24, "without a gap")
	})
	t.Run("who is no tenant is left out and named", func(t *testing.T) {
		_, store, reader := begin()
		_, failed, err := take(t, reader, noon)
		require.NoError(t, err)
		require.Equal(t, []foresight.Failure{{
			Key:    foresight.Key{Metric: forecast.RequestRate},
			Reason: `no tenant is called "kube-system": what monitoring measured of them was left out`,
		}}, failed)
		require.ElementsMatch(t, []foresight.Key{{TenantID: "acme", Metric: forecast.RequestRate}, {TenantID: "umbra", Metric: forecast.RequestRate}}, slices.Collect(maps.Keys(store.hours)))
	})
	t.Run("states what the gauge says of every tenant that was measured", func(t *testing.T) {
		_, _, reader := begin()
		gauge, limit := requests, capacity.Constant(50)
		gauge.Terms = foresight.Terms{Unit: "rps", LeadTime: 72 * time.Hour, Capacity: &limit}
		_, _, err := reader.Read(t.Context(), noon, gauge)
		require.NoError(t, err)
		terms := gauge.Terms
		terms.Key = foresight.Key{TenantID: "umbra", Metric: forecast.RequestRate}
		require.Equal(t, terms, reader.Statements.(stated)[terms.Key])
		require.Len(t, reader.Statements, 2, "acme and umbra")
	})
	t.Run("capacity that is measured follows what was known of it, with what is planned on top", func(t *testing.T) {
		source, store, reader := begin()
		gauge := requests
		planned := []capacity.Addition{{At: noon.AddDate(0, 1, 0), Amount: 5}}
		gauge.MeasuresCapacity, gauge.Terms.Capacity = true, &capacity.Capacity{Planned: planned}
		night := func(now time.Time, levels ...capacity.Level) ([]capacity.Level, []foresight.Failure) {
			source.capacity = levels
			_, failed, err := reader.Read(t.Context(), now, gauge)
			require.NoError(t, err)
			kept := reader.Statements.(stated)[foresight.Key{TenantID: "acme", Metric: forecast.RequestRate}].Capacity
			require.NotNil(t, kept)
			if now.Before(planned[0].At) {
				require.Equal(t, planned, kept.Planned)
			} else {
				require.Empty(t, kept.Planned, "what is measured holds what was planned before")
			}
			return kept.Levels, failed[1:]
		}
		at := func(days int) time.Time { return whole.AddDate(0, 0, days) }
		first := capacity.Level{From: at(-20), Value: 40}
		levels, _ := night(noon, first)
		require.Equal(t, []capacity.Level{first}, levels)
		levels, _ = night(noon.AddDate(0, 0, 1), capacity.Level{From: at(0), Value: 40}, capacity.Level{From: at(0).Add(5 * time.Hour), Value: 60})
		second := capacity.Level{From: at(0).Add(5 * time.Hour), Value: 60}
		require.Equal(t, []capacity.Level{first, second}, levels)

		source.refused = fault.New(fault.InvalidInput, "no such function")
		levels, failed := night(noon.AddDate(0, 0, 2))
		require.Equal(t, []capacity.Level{first, second}, levels, "what cannot be measured stays")
		require.Equal(t, []foresight.Failure{{Key: foresight.Key{Metric: forecast.RequestRate}, Reason: "no such function"}}, failed)

		source.refused, store.until = nil, at(100)
		levels, _ = night(noon.AddDate(0, 0, 101), capacity.Level{From: at(100), Value: 70})
		require.Equal(t, []capacity.Level{second, {From: at(100), Value: 70}}, levels, "no further back than forecasts look")
	})
	t.Run("terms that are not kept are tried again, also where capacity cannot be measured", func(t *testing.T) {
		source, _, reader := begin()
		gauge := requests
		gauge.MeasuresCapacity, source.refused = true, fault.New(fault.InvalidInput, "no such function")
		reader.Statements = unkept{stated{}}
		_, _, err := reader.Read(t.Context(), noon, gauge)
		require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	})
	t.Run("without monitoring there is nothing to read", func(t *testing.T) {
		require.Empty(t, (&foresight.GaugeReader{}).Gauges())
	})
}
