package event

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

func day(k int) time.Time { return time.Date(2026, 1, 1+k, 0, 0, 0, 0, time.UTC) }

// sale is an event of one day.
func sale(k int) Event { return Event{Name: "sale", From: day(k), Until: day(k + 1)} }

// shop is 70 days of a week's pattern, doubled on the days of sales.
func shop(sales ...int) forecast.Series {
	s := forecast.Series{ID: "shop"}
	for k := range 70 {
		v := 100 + 20*math.Sin(2*math.Pi*float64(k)/7) + float64(k*k%5)
		for _, at := range sales {
			if at == k {
				v *= 2
			}
		}
		s.Points = append(s.Points, forecast.UsageDataPoint{Timestamp: day(k), Value: v})
	}
	return s
}

func outlook(t *testing.T, s forecast.Series, events []Event, bounds forecast.Bounds) forecast.Outlook {
	t.Helper()
	engine, err := forecast.New(forecast.Options{Horizon: 7, Bounds: bounds})
	require.NoError(t, err)
	o, err := engine.Forecast(Without(s, events))
	require.NoError(t, err)
	Apply(&o, s, events, bounds)
	return o
}

func TestEvents(t *testing.T) {
	free := forecast.Unbounded()
	plain := outlook(t, shop(), nil, free)
	value := func(o forecast.Outlook, k int) float64 { return o.Forecast.Predictions[k].Value }

	t.Run("what past events did is expected of those to come", func(t *testing.T) {
		o := outlook(t, shop(20, 45), []Event{sale(20), sale(45), sale(72)}, free)
		assert.InDelta(t, 2*value(plain, 2), value(o, 2), 0.1*value(plain, 2))
		assert.InDelta(t, value(plain, 3), value(o, 3), 0.1*value(plain, 3), "a day beside it is as any other")
		mended := o.Forecast.Mended[len(o.Forecast.Mended)-1]
		assert.Equal(t, "event", mended.Kind)
		assert.Equal(t, 1, mended.Count)
		assert.Regexp(t, `^points in "sale" were multiplied by (1\.9\d+|2\.0\d+|2), learnt from what was measured at 2 points of the past$`, mended.Note)
	})
	t.Run("the band is scaled with it", func(t *testing.T) {
		given := sale(72)
		given.Effect = 1.5
		before, after := plain.Forecast.Predictions[2].Quantiles, outlook(t, shop(), []Event{given}, free).Forecast.Predictions[2].Quantiles
		for i := range before {
			assert.InDelta(t, 1.5*before[i], after[i], 1e-9)
		}
	})
	t.Run("a past event does not mislead", func(t *testing.T) {
		o := outlook(t, shop(66), []Event{sale(66)}, free)
		for k := range 7 {
			assert.InDelta(t, value(plain, k), value(o, k), 0.1*value(plain, k), "day %d", k)
		}
	})
	t.Run("an event without a past is told, and changes nothing", func(t *testing.T) {
		o := outlook(t, shop(), []Event{sale(72)}, free)
		assert.InDelta(t, value(plain, 2), value(o, 2), 1e-9)
		require.Len(t, o.Forecast.Mended, 1)
		assert.Contains(t, o.Forecast.Mended[0].Note, "no past event of the name")
	})
	t.Run("an event of another series is none of this one's", func(t *testing.T) {
		other := sale(72)
		other.SeriesID, other.Effect = "office", 3
		assert.Equal(t, plain.Forecast.Predictions, outlook(t, shop(), []Event{other}, free).Forecast.Predictions)
	})
	t.Run("events of two names multiply, one told twice counts once", func(t *testing.T) {
		given, launch := sale(72), Event{Name: "launch", From: day(72), Until: day(73), Effect: 1.5}
		given.Effect = 2
		o := outlook(t, shop(), []Event{given, launch, given}, free)
		assert.InDelta(t, 3*value(plain, 2), value(o, 2), 1e-9)
		assert.Equal(t, []forecast.Mending{
			{Kind: "event", Count: 1, Note: `points in "launch" were multiplied by 1.5, as the event says`},
			{Kind: "event", Count: 1, Note: `points in "sale" were multiplied by 2, as the event says`},
		}, o.Forecast.Mended)
	})
	t.Run("what holds for the series stands before what holds for all", func(t *testing.T) {
		all, own := sale(72), sale(72)
		all.Effect, own.Effect, own.SeriesID = 2, 5, "shop"
		for _, events := range [][]Event{{all, own}, {own, all}} {
			assert.InDelta(t, 5*value(plain, 2), value(outlook(t, shop(), events, free), 2), 1e-9)
		}
	})
	t.Run("bounds hold", func(t *testing.T) {
		given := sale(72)
		given.Effect = 10
		o := outlook(t, shop(), []Event{given}, forecast.Bounds{Lower: 0, Upper: 300})
		assert.InDelta(t, 300, value(o, 2), 0)
	})
	t.Run("an event that lasts to the end is left in", func(t *testing.T) {
		s := shop(69)
		assert.Equal(t, s, Without(s, []Event{sale(69)}))
	})
	t.Run("the series given is not changed", func(t *testing.T) {
		s := shop()
		Without(s, []Event{sale(20)})
		assert.Equal(t, shop(), s)
	})
}

func TestEventCheck(t *testing.T) {
	for want, e := range map[string]Event{
		"an event has no name":            {From: day(0), Until: day(1)},
		"not after its start":             {Name: "x", From: day(1), Until: day(1)},
		"is not a factor from 0 to 1e+06": {Name: "x", From: day(0), Until: day(1), Effect: -1},
		"the effect 1e+07 of the event":   {Name: "x", From: day(0), Until: day(1), Effect: 1e7},
		"the effect +Inf of the event":    {Name: "x", From: day(0), Until: day(1), Effect: math.Inf(1)},
	} {
		t.Run(want, func(t *testing.T) {
			err := e.Check()
			require.ErrorContains(t, err, want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	require.NoError(t, sale(1).Check())
}
