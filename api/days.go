package api

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// daysBetween reads the ends of a time of whole days: each a month, a day, or a midnight. Months and
// days are included; first alone means the one that it names.
func daysBetween(first, last string) (from, until time.Time, err error) {
	from, end, err := dayBoundary("/from", first)
	if err != nil {
		return from, until, err
	}
	switch {
	case last != "":
		var start time.Time
		if start, end, err = dayBoundary("/to", last); err != nil {
			return from, until, err
		}
		if len(last) > len(time.DateOnly) { // a midnight ends the day before
			end = start
		}
	case len(first) > len(time.DateOnly) && from.Day() == 1:
		end = period.Of(from).End()
	}
	if !from.Before(end) {
		return from, until, fault.Invalid("/to", "no day lies between from %s and to %s", first, last)
	}
	if end.After(from.AddDate(0, longestRange, 0)) {
		return from, until, fault.Invalid("/to", "a request covers at most %d months; ask for several", longestRange)
	}
	return from, end, nil
}

// dayBoundary returns when a month or day begins and ends; a midnight stands for the day that it begins.
func dayBoundary(pointer, text string) (start, end time.Time, err error) {
	if month, err := period.Parse(text); err == nil {
		return month.Start(), month.End(), nil
	}
	layout := time.DateOnly
	if len(text) > len(layout) {
		layout = time.RFC3339
	}
	start, err = time.Parse(layout, text)
	if err != nil {
		return start, end, fault.Invalid(pointer, "%.40q is no month, day or midnight, such as 2026-09, 2026-09-14 or 2026-09-14T00:00:00Z", text)
	}
	return start.UTC(), start.UTC().AddDate(0, 0, 1), nil
}
