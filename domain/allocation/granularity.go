package allocation

import (
	"fmt"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Granularity is the length of the periods of a history.
type Granularity string

// The granularities. Days and months are those of UTC; weeks are those of ISO 8601, from Monday on,
// and may lie in two months.
const (
	Daily   Granularity = "daily"
	Weekly  Granularity = "weekly"
	Monthly Granularity = "monthly"
)

// before lists the last so many periods that ended by an instant, the oldest first.
func (g Granularity) before(instant time.Time, count int) ([]Span, error) {
	utc := instant.UTC()
	end := time.Date(utc.Year(), utc.Month(), utc.Day(), 0, 0, 0, 0, time.UTC)
	var months, days int
	switch g {
	case Daily:
		days = 1
	case Weekly:
		days = 7
		end = end.AddDate(0, 0, -(int(end.Weekday())+6)%7)
	case Monthly:
		months = 1
		end = end.AddDate(0, 0, 1-end.Day())
	default:
		return nil, fault.New(fault.InvalidInput, "granularity %.40q is none of daily, weekly, monthly", g)
	}
	spans := make([]Span, count)
	for i := range spans {
		start := end.AddDate(0, -months, -days)
		spans[i] = Span{From: start, Until: end}
		end = start
	}
	slices.Reverse(spans)
	return spans, nil
}

// name names the period that begins at an instant: 2026-09-01, 2026-W36 or 2026-09.
func (g Granularity) name(start time.Time) string {
	switch g {
	case Weekly:
		year, week := start.ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case Monthly:
		return start.Format("2006-01")
	default:
		return start.Format(time.DateOnly)
	}
}
