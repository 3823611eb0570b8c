package event

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Event is a span of time that has a name. Events of one name are expected to do the same.
type Event struct {
	Name string
	// SeriesID limits the event to one series; empty is for all.
	SeriesID string
	// From is included, Until excluded.
	From, Until time.Time
	// Effect is the factor by which the metric changes, such as 1.5; 0 to learn it from past events of
	// the name.
	Effect float64
}

// Check returns an InvalidInput error unless the event has a name, a span and an effect of 0 or more.
func (e Event) Check() error {
	switch {
	case e.Name == "":
		return fault.Invalid("/name", "an event has no name")
	case !e.From.Before(e.Until):
		return fault.Invalid("/until", "the event %q ends at %s, not after its start", e.Name, e.Until.UTC().Format(time.RFC3339))
	case !(e.Effect >= 0) || math.IsInf(e.Effect, 1):
		return fault.Invalid("/effect", "the effect %v of the event %q is not a factor from 0 up", e.Effect, e.Name)
	}
	return nil
}

// holds reports whether an instant of a series is part of the event.
func (e Event) holds(seriesID string, t time.Time) bool {
	return (e.SeriesID == "" || e.SeriesID == seriesID) && !t.Before(e.From) && t.Before(e.Until)
}

// Without returns the series with its points during events made gaps, which the forecaster fills from
// what surrounds them. An event that reaches the last point is left in: without it the forecast would
// begin too early.
func Without(series forecast.Series, events []Event) forecast.Series {
	if len(events) == 0 || len(series.Points) == 0 {
		return series
	}
	last := series.Points[0].Timestamp
	for _, p := range series.Points {
		if p.Timestamp.After(last) {
			last = p.Timestamp
		}
	}
	points := slices.Clone(series.Points)
	for _, e := range events {
		if e.holds(series.ID, last) {
			continue
		}
		for i, p := range points {
			if e.holds(series.ID, p.Timestamp) {
				points[i].Value = math.NaN()
			}
		}
	}
	series.Points = points
	return series
}

// Apply changes the points of an outlook that lie in events, by what past events of the name did to the
// series: the mean over their points of what was measured over what the rest of the history would have
// it be. The outlook must come from Without(series, events). Quantiles are scaled with the median and
// kept within bounds. What was done, and which events are not known by any past, is listed.
func Apply(outlook *forecast.Outlook, series forecast.Series, events []Event, bounds forecast.Bounds) {
	factors := learn(*outlook, series, events)
	f := &outlook.Forecast
	touched := map[string]int{}
	for k := range f.Predictions {
		p := &f.Predictions[k]
		for _, e := range events {
			if !e.holds(series.ID, p.Timestamp) {
				continue
			}
			touched[e.Name]++
			factor := e.Effect
			if factor == 0 {
				factor = factors[e.Name]
			}
			if factor == 0 {
				continue
			}
			p.Value = within(bounds, p.Value*factor)
			for i := range p.Quantiles {
				p.Quantiles[i] = within(bounds, p.Quantiles[i]*factor)
			}
		}
	}
	names := make([]string, 0, len(touched))
	for name := range touched {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		note := fmt.Sprintf("points in %q were changed by what is known of such events", name)
		if factors[name] == 0 && !slices.ContainsFunc(events, func(e Event) bool { return e.Name == name && e.Effect > 0 }) {
			note = fmt.Sprintf("points in %q are forecast as any others: no past event of the name, and no effect given", name)
		}
		f.Mended = append(f.Mended, forecast.Mending{Kind: "event", Count: touched[name], Note: note})
	}
}

// learn returns the factor of each name that some past event tells; none is below zero.
func learn(outlook forecast.Outlook, series forecast.Series, events []Event) map[string]float64 {
	sums, counts := map[string]float64{}, map[string]float64{}
	usual := outlook.Diagnostics.History
	for _, p := range series.Points {
		at := place(outlook, p.Timestamp)
		if at < 0 || at >= len(usual) || math.IsNaN(p.Value) || !(usual[at] > 0) {
			continue
		}
		for _, e := range events {
			if e.holds(series.ID, p.Timestamp) {
				sums[e.Name] += p.Value / usual[at]
				counts[e.Name]++
			}
		}
	}
	factors := make(map[string]float64, len(sums))
	for name, sum := range sums {
		factors[name] = max(0, sum/counts[name])
	}
	return factors
}

// place returns the index in the outlook's history of an instant.
func place(outlook forecast.Outlook, t time.Time) int {
	g, start := outlook.Forecast.Granularity, outlook.Diagnostics.Start
	if g == forecast.Monthly {
		t, start = t.UTC(), start.UTC()
		return 12*(t.Year()-start.Year()) + int(t.Month()) - int(start.Month())
	}
	step := g.Step(start, 1).Sub(start)
	if g == forecast.Hourly {
		return int(math.Floor(float64(t.Sub(start)) / float64(step)))
	}
	return int(math.Round(float64(t.Sub(start)) / float64(step)))
}

func within(b forecast.Bounds, v float64) float64 { return min(max(v, b.Lower), b.Upper) }
