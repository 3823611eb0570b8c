package forecast

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Series is the history of one metric, in any order. A NaN is a gap.
type Series struct {
	ID     string
	Points []UsageDataPoint
	// InUse are the weights of the combination in use for this series, by candidate; nil where there is
	// none. It forecasts, unless nothing of it can, or Options.Contest finds a better one.
	InUse map[string]float64
}

// ShortSeriesError is a series with too little history to be forecast: under 14 days of hours or
// days, or under 14 weeks or months.
type ShortSeriesError struct {
	SeriesID    string
	Granularity ForecastGranularity
	Points      int
	// Measured is on how many days of hours, or at how many points of anything else, there is a value, where that
	// is too little; 0 elsewhere.
	Measured int
	// Horizon is what a backtest needs beside the history, 0 elsewhere.
	Horizon int
}

// leastPoints is how many points a series needs: 14 days of hours, 14 of anything else.
func (g ForecastGranularity) leastPoints() int {
	if g == Hourly {
		return 14 * 24
	}
	return 14
}

// noun names one point of a granularity.
func (g ForecastGranularity) noun() string {
	switch g {
	case Hourly:
		return "hour"
	case Daily:
		return "day"
	case Weekly:
		return "week"
	default:
		return "month"
	}
}

// day names what must be measured: days of hours, and points of anything else.
func (g ForecastGranularity) day() string {
	if g == Hourly {
		return Daily.noun()
	}
	return g.noun()
}

// Error says which series is short, and by how much.
func (e *ShortSeriesError) Error() string {
	unit, least := e.Granularity.noun()+"s", fmt.Sprintf("%d %ss", e.Granularity.leastPoints(), e.Granularity.noun())
	if e.Points == 1 {
		unit = e.Granularity.noun()
	}
	if e.Granularity == Hourly {
		least = "14 days (336 hours)"
	}
	if e.Measured > 0 {
		return fmt.Sprintf("series %q spans %d %s but has values on %d %ss alone; at least %s of history are needed, half of them measured",
			e.SeriesID, e.Points, unit, e.Measured, e.Granularity.day(), least)
	}
	if e.Horizon > 0 {
		return fmt.Sprintf("series %q spans %d %s; a backtest needs at least %s of history and the horizon of %d %s",
			e.SeriesID, e.Points, unit, least, e.Horizon, unit)
	}
	return fmt.Sprintf("series %q spans %d %s; at least %s of history are needed", e.SeriesID, e.Points, unit, least)
}

// Unwrap gives the error its code.
func (e *ShortSeriesError) Unwrap() error { return fault.New(fault.InvalidInput, "%s", e.Error()) }

// grid is a series at even distances: value i stands begin + i steps from the anchor.
type grid struct {
	granularity ForecastGranularity
	anchor      time.Time
	begin       int
	values      []float64 // finite once mended
	filled      []int     // the places of gaps, once mended
	mended      []Mending
}

// at returns the instant of a point, which may lie beyond the last.
func (g *grid) at(i int) time.Time { return g.granularity.Step(g.anchor, g.begin+i) }

// leastMeasured is on how many days of hours, or at how many points of anything else, a series needs values:
// half of the least history. What is filled in between says nothing that the rest does not.
const leastMeasured = 7

// checkLength returns a *ShortSeriesError where a grid that is not mended yet holds too little history.
func (g *grid) checkLength(seriesID string) error {
	short := &ShortSeriesError{SeriesID: seriesID, Granularity: g.granularity, Points: len(g.values)}
	if len(g.values) < g.granularity.leastPoints() {
		return short
	}
	each := 1
	if g.granularity == Hourly {
		each = 24
	}
	for day := range slices.Chunk(g.values, each) {
		if slices.ContainsFunc(day, func(v float64) bool { return !math.IsNaN(v) }) {
			short.Measured++
		}
	}
	if short.Measured < leastMeasured {
		return short
	}
	return nil
}

// CheckLength returns a *ShortSeriesError for a series that spans too little to tell anything from, at
// the granularity that its stamps show.
func (s Series) CheckLength() error {
	g, err := regularise(s, "")
	if err != nil {
		return err
	}
	return g.checkLength(s.ID)
}
