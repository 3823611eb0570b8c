package anomaly

import "time"

// edge is a day's place at a month's turn. Batch jobs, backups and licences run on the last and
// first days, so that these days are compared with their like in earlier months.
type edge int8

const (
	noEdge edge = iota
	lastDay
	secondLastDay
	thirdLastDay
	firstDay
	secondDay
	thirdDay
	edges // the number of values
)

// edgeOf returns a day's place.
func edgeOf(d Day) edge {
	year, month, day := d.Start().Date()
	if day <= 3 {
		return firstDay + edge(day-1)
	}
	// The day 0 of the next month is the last one of this.
	length := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if length-day <= 2 {
		return lastDay + edge(length-day)
	}
	return noEdge
}

// peaks reports whether the place is one at which costs are known to peak in general, seen or not.
func (e edge) peaks() bool { return e == lastDay || e == firstDay }
