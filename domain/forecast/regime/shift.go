package regime

import "math"

// Shift is a change of level that nobody can miss: the series went to a level that it did not know, and has
// stayed there since.
type Shift struct {
	// Index is the first point of the new level, counted from 0.
	Index int
	// Size is the new level less the one before, both the means of Span points next to the change, less what
	// the trend adds between two such means.
	Size float64
	Span int
}

// Demands say what makes a change of level clear. Numbers are of points.
type Demands struct {
	// Spans are the lengths of the neighbouring windows that are compared, rising. A change is looked for with
	// those of which the series holds six at least.
	Spans []int
	// Least is the fewest points on the new level. Before there are Settled of them, more deviations are asked for.
	Least, Settled int
	// Year is after how many points the calendar repeats, give or take CalendarSlack: what came a year ago as
	// well will go again.
	Year, CalendarSlack int
	// LeastSize is the least magnitude of a shift.
	LeastSize float64
}

const (
	// clearDeviations is how many robust deviations of the contrasts of a series a shift must be, and
	// recentDeviations how many while the new level has not settled.
	clearDeviations  = 8
	recentDeviations = 12
	// abruptness is the share of a shift that must lie between windows a third as long: a slope that began
	// shows a third there, a step all.
	abruptness = 0.6
	// knownShare is the greatest share of the points before a shift that may have stood on its side already,
	// and stayedTimes how many times as long as the longest such visit the new level must have lasted: a burst
	// that may go again, or that came back, is no regime.
	knownShare  = 0.05
	stayedTimes = 3
)

// LastShift returns the last clear shift at a place up to the one given of a series without gaps and seasons.
//
// Means of neighbouring windows are contrasted at every place, as in a moving sum test (Eichinger and Kirch, "A
// MOSUM procedure for the estimation of multiple random change points", Bernoulli 24, 2018). What these contrasts
// usually are is taken from the series itself, so that one that wanders has no shift. This is no replacement for
// Detect, which tells all changes: it is for the one after which it matters what came before, takes a few
// operations a point, and leaves out whatever could be a burst, a season of the calendar or a slope.
func LastShift(values []float64, upTo int, demands Demands) (Shift, bool) {
	s := newSums(values)
	last, found := Shift{}, false
	for _, span := range demands.Spans {
		if 6*span > len(values) {
			break
		}
		if shift, is := s.lastOf(span, upTo, demands); is && shift.Index > last.Index {
			last, found = shift, true
		}
	}
	return last, found
}

// lastOf returns the last clear shift that windows of one length show.
func (s sums) lastOf(span, upTo int, demands Demands) (Shift, bool) {
	n := len(s) - 1
	centre, deviation := s.usual(span)
	if deviation == 0 {
		return Shift{}, false
	}
	for t := min(n-span, upTo); t >= span; t-- {
		if math.Abs(s.contrast(t, span)-centre) < clearDeviations*deviation {
			continue
		}
		peak := t
		for earlier := t - 1; earlier >= max(span, t-span); earlier-- {
			if math.Abs(s.contrast(earlier, span)-centre) > math.Abs(s.contrast(peak, span)-centre) {
				peak = earlier
			}
		}
		shift := Shift{Index: s.split(peak-span, peak+span), Span: span}
		shift.Size = s.mean(shift.Index, min(n, shift.Index+span)) - s.mean(max(0, shift.Index-span), shift.Index) - centre
		asked := clearDeviations * deviation
		if n-shift.Index < demands.Settled {
			asked = recentDeviations * deviation
		}
		if shift.Index <= upTo && math.Abs(shift.Size) >= asked && s.isClear(shift, centre/float64(span), demands) {
			return shift, true
		}
		t = min(t, peak-span/2)
	}
	return Shift{}, false
}
