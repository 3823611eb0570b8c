package capacity

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// words gives the reason of a finding.
func (f *finding) words(plan Plan, headroomPercent float64) string {
	var text strings.Builder
	unit := unitOf(plan)
	target := fmt.Sprintf("%s holds the peak of %s on %s with %s %% headroom",
		amount(f.RecommendedCapacity, unit), amount(f.peak, unit), day(f.peakAt), number(headroomPercent))
	switch f.Urgency {
	case Overdue, Scheduled:
		limit := amount(plan.Capacity.At(*f.exhaustion.P90), unit)
		if first := plan.Forecast.Predictions[0].Timestamp; f.exhaustion.P10 != nil && f.exhaustion.P10.Equal(first) {
			fmt.Fprintf(&text, "%s is beyond its capacity of %s already, in nine futures of ten; %s.", f.Metric, limit, target)
		} else {
			fmt.Fprintf(&text, "%s reaches its capacity of %s on %s in one future of ten (P90), %s in one of two; %s.", f.Metric,
				limit, day(*f.exhaustion.P90), orNever(f.exhaustion.P50, f.exhaustion.Until), target)
		}
		text.WriteString(f.orderWords(plan.LeadTime))
	case HeadroomShort:
		fmt.Fprintf(&text, "%s stays below its capacity until %s but leaves less than %s %% headroom; %s.",
			f.Metric, day(f.exhaustion.Until), number(headroomPercent), target)
	case Release:
		fmt.Fprintf(&text, "%s needs no more than %s until %s (P90 with %s %% headroom); %s can be released.",
			f.Metric, amount(f.RecommendedCapacity, unit), day(f.exhaustion.Until), number(headroomPercent), amount(-f.Change, unit))
	}
	if n := len(plan.Capacity.Planned); n > 0 {
		fmt.Fprintf(&text, " Planned additions (%d) are counted.", n)
	}
	if f.unpriced {
		fmt.Fprintf(&text, " Billing has no rate of %s: what it costs is not known.", f.ResourceType)
	}
	if f.Placement != nil {
		text.WriteString(" " + placed(*f.Placement, f.Change, unit))
	}
	return text.String()
}

// orderWords says by when to order.
func (f *finding) orderWords(leadTime time.Duration) string {
	switch {
	case f.Urgency == Overdue && leadTime == 0:
		return " Order now."
	case f.Urgency == Overdue:
		return fmt.Sprintf(" With a lead time of %s the order was due on %s: order now.", span(leadTime), day(*f.OrderBy))
	case leadTime == 0:
		return fmt.Sprintf(" No lead time is known: have it by %s.", day(*f.OrderBy))
	default:
		return fmt.Sprintf(" With a lead time of %s, order by %s.", span(leadTime), day(*f.OrderBy))
	}
}

// placed says what the scheduler can do about an amount today.
func placed(p Placement, change float64, unit string) string {
	var pools []string
	for _, spot := range p.Spots {
		pools = append(pools, fmt.Sprintf("%s on %s", amount(spot.Amount, unit), spot.Pool))
	}
	where := ""
	if len(pools) > 0 {
		where = " (" + strings.Join(pools, ", ") + ")"
	}
	if p.Placed >= change {
		return "The scheduler can place all of it today" + where + "."
	}
	return fmt.Sprintf("The scheduler can place %s of it today%s; %s need new machines.",
		amount(p.Placed, unit), where, amount(change-p.Placed, unit))
}

// unitOf names the unit of a plan after a number.
func unitOf(plan Plan) string {
	if unit := cmp.Or(plan.Unit, plan.Forecast.Metric.Unit()); unit != "" {
		return " " + unit
	}
	return ""
}

func amount(v float64, unit string) string { return number(v) + unit }

// number writes four significant digits, whole from a thousand on.
func number(v float64) string {
	if v >= 1000 || v <= -1000 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

func orNever(t *time.Time, until time.Time) string {
	if t == nil {
		return "not by " + day(until)
	}
	return "on " + day(*t)
}

// span writes a duration in days where it is whole days.
func span(d time.Duration) string {
	const oneDay = 24 * time.Hour
	if d%oneDay == 0 {
		if d == oneDay {
			return "1 day"
		}
		return fmt.Sprintf("%d days", d/oneDay)
	}
	return d.String()
}
