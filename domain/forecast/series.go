package forecast

import (
	"fmt"
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

// Error says which series is short, and by how much.
func (e *ShortSeriesError) Error() string {
	unit, least := e.Granularity.noun()+"s", fmt.Sprintf("%d %ss", e.Granularity.leastPoints(), e.Granularity.noun())
	if e.Points == 1 {
		unit = e.Granularity.noun()
	}
	if e.Granularity == Hourly {
		least = "14 days (336 hours)"
	}
	if e.Horizon > 0 {
		return fmt.Sprintf("series %q spans %d %s; a backtest needs at least %s of history and the horizon of %d %s",
			e.SeriesID, e.Points, unit, least, e.Horizon, unit)
	}
	return fmt.Sprintf("series %q spans %d %s; at least %s of history are needed", e.SeriesID, e.Points, unit, least)
}

// Unwrap gives the error its code.
func (e *ShortSeriesError) Unwrap() error { return fault.New(fault.InvalidInput, "%s", e.Error()) }

// grid is a series at even distances: value i stands at step i from first.
type grid struct {
	granularity ForecastGranularity
	first       time.Time
	values      []float64 // finite once mended
	mended      []Mending
}

// at returns the instant of a point, which may lie beyond the last.
func (g *grid) at(i int) time.Time { return g.granularity.Step(g.first, i) }

// CheckLength returns a *ShortSeriesError for a series that spans too little to tell anything from, at
// the granularity that its stamps show.
func (s Series) CheckLength() error {
	g, err := regularise(s, "")
	if err != nil {
		return err
	}
	if len(g.values) < g.granularity.leastPoints() {
		return &ShortSeriesError{SeriesID: s.ID, Granularity: g.granularity, Points: len(g.values)}
	}
	return nil
}
