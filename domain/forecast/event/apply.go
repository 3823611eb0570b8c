package event

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Apply changes the points of an outlook that lie in events, by the effect that is stated or by what past events
// of the name did to the series: the mean over their points of what was measured over what the rest of the
// history would have it be. Events of different names multiply. The outlook must come from
// Without(series, events). Quantiles are scaled with the median and kept within bounds. What was done, and which
// events are not known by any past, is listed.
func Apply(outlook *forecast.Outlook, series forecast.Series, events []Event, bounds forecast.Bounds) {
	past := learn(*outlook, series, events)
	f := &outlook.Forecast
	done := map[string]*change{}
	for k := range f.Predictions {
		p := &f.Predictions[k]
		for _, e := range holding(events, series.ID, p.Timestamp) {
			factor := e.Effect
			if factor == 0 {
				factor = past[e.Name].factor()
			}
			if done[e.Name] == nil {
				done[e.Name] = &change{least: factor, most: factor, stated: e.Effect > 0}
			}
			done[e.Name].note(factor)
			if factor == 0 {
				continue
			}
			p.Value = bounds.Clip(p.Value * factor)
			for i := range p.Quantiles {
				p.Quantiles[i] = bounds.Clip(p.Quantiles[i] * factor)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(done)) {
		f.Mended = append(f.Mended, done[name].mending(name, past[name].points))
	}
}

// change is what the events of a name did to a forecast.
type change struct {
	points      int
	least, most float64
	stated      bool
}

func (c *change) note(factor float64) {
	c.points++
	c.least, c.most = min(c.least, factor), max(c.most, factor)
}

// mending tells a change; learnt is how many points of the past it may come from.
func (c *change) mending(name string, learnt int) forecast.Mending {
	m := forecast.Mending{Kind: "event", Count: c.points}
	if c.most == 0 {
		m.Note = fmt.Sprintf("points in %q are forecast as any others: no past event of the name, and no effect given", name)
		return m
	}
	by := fmt.Sprintf("%.4g", c.most)
	if c.least < c.most {
		by = fmt.Sprintf("%.4g to %.4g", c.least, c.most)
	}
	source := fmt.Sprintf("learnt from what was measured at %d points of the past", learnt)
	if c.stated {
		source = "as the event says"
	}
	m.Note = fmt.Sprintf("points in %q were multiplied by %s, %s", name, by, source)
	return m
}

// effect is what past events of a name did: a sum of ratios over points.
type effect struct {
	sum    float64
	points int
}

// factor is the mean ratio, not below zero; 0 where nothing is known.
func (e effect) factor() float64 {
	if e.points == 0 {
		return 0
	}
	return max(0, e.sum/float64(e.points))
}

// learn returns what each name's past events did to a series.
func learn(outlook forecast.Outlook, series forecast.Series, events []Event) map[string]effect {
	past := map[string]effect{}
	usual := outlook.Diagnostics.History
	for _, p := range series.Points {
		at := place(outlook, p.Timestamp)
		if at < 0 || at >= len(usual) || math.IsNaN(p.Value) || !(usual[at] > 0) {
			continue
		}
		for _, e := range holding(events, series.ID, p.Timestamp) {
			known := past[e.Name]
			past[e.Name] = effect{known.sum + p.Value/usual[at], known.points + 1}
		}
	}
	return past
}
