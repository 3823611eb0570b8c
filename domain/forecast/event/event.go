package event

import (
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

// largestEffect is beyond every effect that a date has.
const largestEffect = 1e6

// Check returns an InvalidInput error unless the event has a name, a span and an effect from 0 to a million.
func (e Event) Check() error {
	switch {
	case e.Name == "":
		return fault.Invalid("/name", "an event has no name")
	case !e.From.Before(e.Until):
		return fault.Invalid("/until", "the event %q ends at %s, not after its start", e.Name, e.Until.UTC().Format(time.RFC3339))
	case !(e.Effect >= 0 && e.Effect <= largestEffect):
		return fault.Invalid("/effect", "the effect %v of the event %q is not a factor from 0 to %v", e.Effect, e.Name, largestEffect)
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

// holding returns the events that an instant of a series is part of. Of several of one name, which are one event
// told twice, it is one: the series' own before one for all, and the first of those.
func holding(events []Event, seriesID string, t time.Time) (found []Event) {
	for _, e := range events {
		if !e.holds(seriesID, t) {
			continue
		}
		at := slices.IndexFunc(found, func(other Event) bool { return other.Name == e.Name })
		switch {
		case at < 0:
			found = append(found, e)
		case found[at].SeriesID == "" && e.SeriesID != "":
			found[at] = e
		}
	}
	return found
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
