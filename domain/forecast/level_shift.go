package forecast

import (
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast/regime"
)

// mostShifts is how many shifts are mended: a series whose level shifts all the time is left to the models, to
// which that is what it does.
const mostShifts = 2

// launchRatio is from how many times the old level on a shift is a launch: what came before is too little to tell a
// pattern from, and is left out once enough came after. The other way it may be an outage, and is left to the models
// until the level has settled.
const launchRatio = 10

// demands say what a shift of level must be to be mended; on a log scale a size is one of logarithms, and less than
// 8 % is left to the models.
func (g ForecastGranularity) demands(log bool) regime.Demands {
	least := 0.0
	if log {
		least = 0.08
	}
	switch g {
	case Hourly:
		return regime.Demands{Spans: []int{24, 72, 168}, Least: 48, Settled: 168, Year: 24 * 365, CalendarSlack: 24 * 7, LeastSize: least}
	case Daily:
		return regime.Demands{Spans: []int{3, 7, 14, 28}, Least: 3, Settled: 14, Year: 365, CalendarSlack: 7, LeastSize: least}
	case Weekly:
		return regime.Demands{Spans: []int{3, 8, 16}, Least: 3, Settled: 6, Year: 52, CalendarSlack: 2, LeastSize: least}
	default:
		return regime.Demands{Spans: []int{3, 6, 12}, Least: 3, Settled: 6, Year: 12, LeastSize: least}
	}
}

// launchPoints is after how many points of a launch what came before it is left out: as many as a forecast needs,
// and two cycles of months.
func (g ForecastGranularity) launchPoints() int {
	if g == Monthly {
		return 24
	}
	return g.leastPoints()
}

// levelPoints is from how many points on either side of a shift the levels are measured at the least: two cycles,
// or so few weeks that a year's pattern hardly moves.
func (g ForecastGranularity) levelPoints() int {
	if g == Weekly {
		return 8
	}
	return 2 * g.seasons()[0]
}

// onLastLevel returns scaled values, the last of the grid over a unit, with what came before clear shifts of level
// brought on the level since, so that models tell patterns and noise from the whole history and the level from its
// last regime; nil where there is none. The values of the grid stay as they were measured; each shift is listed.
func (g *grid) onLastLevel(scaled []float64, unit float64) []float64 {
	var brought []float64
	values, upTo := scaled, len(scaled)
	for range mostShifts {
		u := withoutSeason(values, g.granularity.seasons())
		demands := g.granularity.demands(u.log)
		shift, found := regime.LastShift(u.values, upTo, demands)
		if !found {
			break
		}
		m := u.levels(values, shift.Index, max(shift.Span, g.granularity.levelPoints()))
		since := g.at(len(g.values) - len(values) + shift.Index).UTC().Format(time.RFC3339)
		if m.isOutage() && len(values)-shift.Index < demands.Settled {
			break
		}
		if m.isLaunch() && len(values)-shift.Index >= g.granularity.launchPoints() {
			g.note(shift.Index, "before %s was left out: the level since then is more than %d times the one before", since, launchRatio)
			return values[shift.Index:]
		}
		if m.before == 0 && m.positive || m.noisier {
			break
		}
		brought = m.bring(values, shift.Index)
		if m.ratio > 0 {
			g.note(shift.Index, "before %s was brought on the level since then, %.3g times the one before", since, m.ratio)
		} else {
			g.note(shift.Index, "before %s was brought on the level since then, %+.3g from the one before", since, (m.after-m.before)*unit)
		}
		values, upTo = brought, shift.Index-1
	}
	return brought
}

func (g *grid) note(points int, format string, arguments ...any) {
	g.mended = append(g.mended, Mending{Kind: "level_shift", Count: points, Note: fmt.Sprintf("what was measured "+format, arguments...)})
}
