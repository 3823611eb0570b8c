package allocation

import (
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Span is the time that an allocation covers, from From (included) to Until (excluded). The zero
// value is all time: it suits inputs in which nothing depends on time.
type Span struct {
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// SpanOf returns the span of a month; the zero period's is all time.
func SpanOf(month period.Period) Span {
	if month.IsZero() {
		return Span{}
	}
	return Span{From: month.Start(), Until: month.End()}
}

// IsZero reports whether the span is all time.
func (s Span) IsZero() bool { return s.From.IsZero() && s.Until.IsZero() }

// Validate returns an InvalidInput error unless the span is all time, or has both ends in order and
// lasts less than a century.
func (s Span) Validate() error {
	if s.IsZero() {
		return nil
	}
	if s.From.IsZero() || s.Until.IsZero() || !s.From.Before(s.Until) {
		return fault.New(fault.InvalidInput, "a period from %s until %s is none; from must lie before until",
			s.From.UTC().Format(time.RFC3339), s.Until.UTC().Format(time.RFC3339))
	}
	if s.Until.After(s.From.AddDate(100, 0, 0)) {
		return fault.New(fault.InvalidInput, "a period from %s until %s is longer than a century",
			s.From.UTC().Format(time.RFC3339), s.Until.UTC().Format(time.RFC3339))
	}
	return nil
}

// inside returns how much of the span a time between two instants with open zero ends takes, in
// nanoseconds.
func (s Span) inside(from, until time.Time) int64 {
	if from.IsZero() || from.Before(s.From) {
		from = s.From
	}
	if until.IsZero() || until.After(s.Until) {
		until = s.Until
	}
	return max(0, until.Sub(from).Nanoseconds())
}

// segments divides a span at the instants at which rules change.
type segments struct {
	span Span
	cuts []time.Time // inside the span, ascending, each once
}

func newSegments(span Span, boundaries []time.Time) segments {
	s := segments{span: span}
	for _, boundary := range boundaries {
		beginning := !span.From.IsZero() && !boundary.After(span.From)
		end := !span.Until.IsZero() && !boundary.Before(span.Until)
		if !boundary.IsZero() && !beginning && !end {
			s.cuts = append(s.cuts, boundary.UTC())
		}
	}
	slices.SortFunc(s.cuts, time.Time.Compare)
	s.cuts = slices.CompactFunc(s.cuts, time.Time.Equal)
	return s
}

// count returns the number of segments, at least 1.
func (s segments) count() int { return len(s.cuts) + 1 }

// at returns the segment of an instant; what lies outside the span belongs to the nearest.
func (s segments) at(instant time.Time) int {
	place, found := slices.BinarySearchFunc(s.cuts, instant, time.Time.Compare)
	if found {
		place++
	}
	return place
}

// bounds returns the time from the beginning of one segment to the end of another.
func (s segments) bounds(first, last int) Span {
	bounds := s.span
	if first > 0 {
		bounds.From = s.cuts[first-1]
	}
	if last < len(s.cuts) {
		bounds.Until = s.cuts[last]
	}
	return bounds
}

// piece is the part of a charge or of usage that lies between two cuts. weight is its length in
// nanoseconds; pieces of something without length have the weight 1.
type piece struct {
	start  time.Time
	weight int64
}

// pieces divides the time from start to end at the cuts that lie inside it.
func pieces(start, end time.Time, cuts []time.Time, into []piece) []piece {
	into = into[:0]
	from := start
	for _, cut := range cuts {
		if cut.After(from) && cut.Before(end) {
			into = append(into, piece{from, cut.Sub(from).Nanoseconds()})
			from = cut
		}
	}
	return append(into, piece{from, max(1, end.Sub(from).Nanoseconds())})
}
