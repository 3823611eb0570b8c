package forecast

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// maxGridPoints bounds what a single far-off stamp can make of a series: 30 years of hours.
const maxGridPoints = 270_000

// largestValue is the greatest magnitude that may be forecast: beyond it sums and bands leave what floats hold.
const largestValue = 1e305

// regularise puts a series on even distances. Points that share a place are averaged, places without a
// point become gaps (NaN), and what was moved or merged is listed. Data of an hour and finer are placed
// by the clock hour that they fall in; daily and weekly data by the nearest day from the last stamp, so
// that a daylight saving change of the source moves nothing; monthly data by calendar month.
func regularise(series Series, granularity ForecastGranularity) (*grid, error) {
	points := series.Points
	byTime := func(a, b UsageDataPoint) int { return a.Timestamp.Compare(b.Timestamp) }
	if !slices.IsSortedFunc(points, byTime) {
		points = slices.Clone(points)
		slices.SortStableFunc(points, byTime)
	}
	for len(points) > 0 && points[0].Timestamp.IsZero() {
		points = points[1:]
	}
	if granularity == "" {
		granularity = findGranularity(points)
	}
	g := &grid{granularity: granularity}
	if len(points) == 0 {
		return g, nil
	}
	last := points[len(points)-1].Timestamp.UTC()
	places := make([]int, len(points))
	for i, p := range points {
		places[i] = placeOf(granularity, p.Timestamp.UTC(), last)
	}
	first := places[0]
	if -first >= maxGridPoints {
		return nil, fault.Invalid("/points", "series %q spans more than %d points from %s to %s; is a timestamp wrong?",
			series.ID, maxGridPoints, points[0].Timestamp.UTC().Format(time.RFC3339), last.Format(time.RFC3339))
	}
	anchor, shift := anchorOf(granularity, points)
	g.anchor, g.begin = anchor, shift+first
	g.values = make([]float64, 1-first)
	counts := make([]int, 1-first)
	var tally irregularities
	for i, p := range points {
		at := places[i] - first
		tally.note(granularity, p.Timestamp.UTC(), granularity.Step(anchor, shift+places[i]))
		if i > 0 && p.Timestamp.Equal(points[i-1].Timestamp) {
			tally.duplicates++
		} else if counts[at] > 0 {
			tally.merged++
		}
		if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
			continue
		}
		if math.Abs(p.Value) > largestValue {
			return nil, fault.Invalid("/points", "series %q holds %v at %s; give values within ±%v, in a larger unit",
				series.ID, p.Value, p.Timestamp.UTC().Format(time.RFC3339), largestValue)
		}
		g.values[at] += p.Value
		counts[at]++
	}
	for at, count := range counts {
		if count == 0 {
			g.values[at] = math.NaN()
		} else {
			g.values[at] /= float64(count)
		}
	}
	g.mended = tally.mendings(granularity)
	g.trim()
	return g, nil
}

// anchorOf returns the instant that places are counted from, and how many steps the last stamp lies after it.
// Months whose stamps all are last days of theirs are counted from a 31st, so that they stay last days.
func anchorOf(granularity ForecastGranularity, points []UsageDataPoint) (anchor time.Time, shift int) {
	last := points[len(points)-1].Timestamp.UTC()
	if granularity == Hourly {
		return last.Truncate(time.Hour), 0
	}
	withinMonth := func(p UsageDataPoint) bool { return p.Timestamp.UTC().Day() != lastDay(p.Timestamp.UTC()) }
	if granularity != Monthly || slices.ContainsFunc(points, withinMonth) {
		return last, 0
	}
	hour, minute, second := last.Clock()
	return time.Date(last.Year(), time.January, 31, hour, minute, second, last.Nanosecond(), time.UTC), int(last.Month()) - 1
}

// placeOf returns how many steps a stamp lies from the last one, 0 or less.
func placeOf(granularity ForecastGranularity, stamp, last time.Time) int {
	const day = 24 * time.Hour
	switch granularity {
	case Hourly:
		return int(stamp.Truncate(time.Hour).Sub(last.Truncate(time.Hour)) / time.Hour)
	case Daily:
		return int(math.Round(float64(stamp.Sub(last)) / float64(day)))
	case Weekly:
		return int(math.Round(float64(stamp.Sub(last)) / float64(7*day)))
	default:
		return 12*(stamp.Year()-last.Year()) + int(stamp.Month()) - int(last.Month())
	}
}

// trim drops gaps at either end, where there is nothing to fill them from.
func (g *grid) trim() {
	whole := len(g.values)
	for len(g.values) > 0 && math.IsNaN(g.values[len(g.values)-1]) {
		g.values = g.values[:len(g.values)-1]
	}
	if missing := whole - len(g.values); missing > 0 {
		g.mended = append(g.mended, Mending{
			Kind: "gap", Count: missing,
			Note: g.granularity.noun() + "s without a value at the end are forecast: what was measured ends before them",
		})
	}
	skip := 0
	for skip < len(g.values) && math.IsNaN(g.values[skip]) {
		skip++
	}
	g.begin += skip
	g.values = g.values[skip:]
}

// irregularities counts what putting a series on even distances changed.
type irregularities struct {
	duplicates, merged, moved, clock int
}

// note compares a stamp with the place that it was given. An hour's difference at a daily or weekly
// series is a clock change; up to half a day of a month's stamps is no difference.
func (t *irregularities) note(granularity ForecastGranularity, stamp, placed time.Time) {
	off := stamp.Sub(placed).Abs()
	switch {
	case off == 0 || granularity == Monthly:
	case off == time.Hour && granularity != Hourly:
		t.clock++
	default:
		t.moved++
	}
}

func (t *irregularities) mendings(granularity ForecastGranularity) []Mending {
	var list []Mending
	add := func(kind string, count int, format string) {
		if count > 0 {
			list = append(list, Mending{Kind: kind, Count: count, Note: fmt.Sprintf(format, granularity.noun())})
		}
	}
	add("duplicate", t.duplicates, "points with the stamp of another were averaged with it, within the %s")
	add("irregular", t.moved+t.merged, "stamps off the %s were placed in it, several in one averaged")
	add("clock_change", t.clock, "stamps an hour off, as daylight saving makes them, were placed in their %s")
	slices.SortFunc(list, func(a, b Mending) int { return cmp.Compare(a.Kind, b.Kind) })
	return list
}
