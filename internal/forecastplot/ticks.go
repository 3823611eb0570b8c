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

// stride is a distance between marks and how they read; yearly, where there is one, is for the first mark of a year.
// Marks within a day read as times, and as dates at midnight.
type stride struct {
	months, days, hours int
	layout, yearly      string
}

// strides from fine to coarse.
var strides = []stride{
	{hours: 1, layout: "2 Jan", yearly: "2 Jan 2006"},
	{hours: 3, layout: "2 Jan", yearly: "2 Jan 2006"},
	{hours: 6, layout: "2 Jan", yearly: "2 Jan 2006"},
	{hours: 12, layout: "2 Jan", yearly: "2 Jan 2006"},
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
			ticks = append(ticks, plot.Tick{Value: seconds(at), Label: s.label(at, &year)})
		}
		if len(ticks) <= mostMarks {
			break
		}
	}
	return ticks
}

// label words a mark; year is that of the last date that was written.
func (s stride) label(at time.Time, year *int) string {
	if s.hours > 0 && at.Hour() != 0 {
		return at.Format("15:04")
	}
	layout := s.layout
	if s.yearly != "" && at.Year() != *year {
		layout = s.yearly
	}
	*year = at.Year()
	return at.Format(layout)
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
	write := spelling(step, max(math.Abs(low), math.Abs(high)))
	for k := math.Ceil(low/step - 1e-9); k*step <= high*(1+1e-12); k++ {
		at := k*step + 0 // without the sign of a negative zero
		ticks = append(ticks, plot.Tick{Value: at, Label: write(at)})
	}
	return ticks
}

// spelling returns how marks a step apart are written so that each can be told from the next: with k, M, G or T
// for thousands where that leaves few decimals, and with an exponent where nothing else is short.
func spelling(step, largest float64) func(float64) string {
	const few, many = 3, 6
	decimals := func(step float64) int { return max(0, int(math.Ceil(-math.Log10(step)-1e-9))) }
	fractional := func(step float64) int { // 2.5 has a digit more than its power of ten
		n := decimals(step)
		if scaled := step * math.Pow(10, float64(n)); math.Abs(scaled-math.Round(scaled)) > 1e-6 {
			n++
		}
		return n
	}
	for _, unit := range []struct {
		least, size float64
		name        string
	}{{1e12, 1e12, "T"}, {1e9, 1e9, "G"}, {1e6, 1e6, "M"}, {1e4, 1e3, "k"}} {
		if digits := fractional(step / unit.size); largest >= unit.least && largest < 1e4*unit.size && digits <= few {
			return func(v float64) string {
				if v == 0 {
					return "0"
				}
				return strconv.FormatFloat(v/unit.size, 'f', digits, 64) + unit.name
			}
		}
	}
	if digits := fractional(step); digits <= many && largest < 1e15 {
		return func(v float64) string { return strconv.FormatFloat(v, 'f', digits, 64) }
	}
	digits := min(max(0, int(math.Ceil(math.Log10(largest/step)))), 15)
	return func(v float64) string { return strconv.FormatFloat(v, 'e', digits, 64) }
}
