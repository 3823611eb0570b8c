package forecastplot

import (
	"math"
	"strconv"
	"time"

	"gonum.org/v1/plot"
)

// instants marks an axis of seconds at round points of the calendar in UTC.
type instants struct{}

// mostMarks is how many marks an axis of time should have at most.
const mostMarks = 9

// stride is a distance between marks and how they read; yearly, where there is one, is for the first mark and the
// first of a year.
type stride struct {
	months, days, hours int
	layout, yearly      string
}

// strides from fine to coarse.
var strides = []stride{
	{hours: 1, layout: "15:04"},
	{hours: 3, layout: "2 Jan 15:04"},
	{hours: 6, layout: "2 Jan 15:04"},
	{hours: 12, layout: "2 Jan 15:04"},
	{days: 1, layout: "2 Jan", yearly: "2 Jan 2006"},
	{days: 2, layout: "2 Jan", yearly: "2 Jan 2006"},
	{days: 7, layout: "2 Jan", yearly: "2 Jan 2006"},
	{days: 14, layout: "2 Jan", yearly: "2 Jan 2006"},
	{months: 1, layout: "Jan 2006"},
	{months: 3, layout: "Jan 2006"},
	{months: 6, layout: "Jan 2006"},
	{months: 12, layout: "2006"},
	{months: 60, layout: "2006"},
}

// Ticks implements plot.Ticker.
func (instants) Ticks(low, high float64) []plot.Tick {
	from, until := time.Unix(int64(math.Ceil(low)), 0).UTC(), time.Unix(int64(high), 0).UTC()
	var ticks []plot.Tick
	for _, s := range strides {
		ticks = ticks[:0]
		year := 0
		for at := s.first(from); !at.After(until) && len(ticks) <= mostMarks; at = s.next(at) {
			layout := s.layout
			if s.yearly != "" && at.Year() != year {
				layout = s.yearly
			}
			year = at.Year()
			ticks = append(ticks, plot.Tick{Value: seconds(at), Label: at.Format(layout)})
		}
		if len(ticks) <= mostMarks {
			break
		}
	}
	return ticks
}

// first returns the first mark at or after an instant.
func (s stride) first(from time.Time) time.Time {
	at := time.Date(from.Year(), from.Month(), from.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case s.months > 0:
		month := (int(from.Month()) - 1) / s.months * s.months
		at = time.Date(from.Year(), time.Month(1+month), 1, 0, 0, 0, 0, time.UTC)
		if s.months > 12 {
			at = time.Date(from.Year()/(s.months/12)*(s.months/12), 1, 1, 0, 0, 0, 0, time.UTC)
		}
	case s.days >= 7:
		at = at.AddDate(0, 0, -(int(at.Weekday())+6)%7) // Mondays
	}
	for at.Before(from) {
		at = s.next(at)
	}
	return at
}

func (s stride) next(at time.Time) time.Time {
	return at.AddDate(0, s.months, s.days).Add(time.Duration(s.hours) * time.Hour)
}

// values marks an axis of values at round numbers, written without needless digits.
type values struct{}

// Ticks implements plot.Ticker.
func (values) Ticks(low, high float64) []plot.Tick {
	const wanted = 5
	raw := (high - low) / wanted
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, round := range []float64{1, 2, 2.5, 5} {
		if round*power >= raw {
			step = round * power
			break
		}
	}
	var ticks []plot.Tick
	for k := math.Ceil(low/step - 1e-9); k*step <= high*(1+1e-12); k++ {
		at := k*step + 0 // without the sign of a negative zero
		ticks = append(ticks, plot.Tick{Value: at, Label: short(at)})
	}
	return ticks
}

// short writes a number with at most four significant digits and k, M, G or T for thousands.
func short(v float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if math.Abs(v) >= unit.size {
			if unit.name == "k" {
				unit.size = 1e3
			}
			return strconv.FormatFloat(v/unit.size, 'g', 4, 64) + unit.name
		}
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
