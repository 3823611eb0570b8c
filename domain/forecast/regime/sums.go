package regime

import "math"

// sums are the running sums of a series, from 0 to the sum of all.
type sums []float64

func newSums(values []float64) sums {
	s := make(sums, len(values)+1)
	for i, v := range values {
		s[i+1] = s[i] + v
	}
	return s
}

// mean is that of the points from one up to another, which are apart.
func (s sums) mean(from, to int) float64 { return (s[to] - s[from]) / float64(to-from) }

// contrast is the mean of the points from a place on less that of as many before it.
func (s sums) contrast(at, span int) float64 {
	return (s[at+span] - 2*s[at] + s[at-span]) / float64(span)
}

// contrastsSampled is from how many places at the most it is told what contrasts usually are.
const contrastsSampled = 128

// usual returns the median of the contrasts, which is what the trend adds, and their deviation from it by the
// median absolute one; where more than half are equal, by the mean one.
func (s sums) usual(span int) (centre, deviation float64) {
	n := len(s) - 1
	stride := max(1, span/4, n/contrastsSampled)
	sample := make([]float64, 0, n/stride+1)
	for t := span; t+span <= n; t += stride {
		sample = append(sample, s.contrast(t, span))
	}
	centre = middle(sample)
	mean := 0.0
	for i, c := range sample {
		sample[i] = math.Abs(c - centre)
		mean += sample[i] / float64(len(sample))
	}
	if deviation = middle(sample) / normalMAD; deviation == 0 {
		deviation = mean * math.Sqrt(math.Pi/2)
	}
	return centre, deviation
}

// split returns the place that parts a stretch into two levels with the least squares left.
func (s sums) split(from, to int) int {
	at, most := from+1, -1.0
	for t := from + 1; t < to; t++ {
		apart := s.mean(t, to) - s.mean(from, t)
		if gain := apart * apart * float64(t-from) * float64(to-t); gain > most {
			at, most = t, gain
		}
	}
	return at
}

// isClear reports whether a shift is abrupt, to a level that was not known, was not left since and did not come
// with the calendar. Levels are followed along a trend by point.
func (s sums) isClear(shift Shift, trend float64, demands Demands) bool {
	n, at, span := len(s)-1, shift.Index, shift.Span
	near := max(1, span/4)
	since := n - at
	if at < span || since < max(demands.Least, span/3) || math.Abs(shift.Size) < demands.LeastSize {
		return false
	}
	up := math.Copysign(1, shift.Size)
	if up*s.contrast(at, max(1, span/3)) < abruptness*math.Abs(shift.Size) {
		return false
	}
	halfway := s.mean(at-span, at) + shift.Size/2
	beyond := func(from, to int) bool {
		return up*(s.mean(from, to)-trend*float64(to-at)-halfway) > 0
	}
	if !beyond(n-1, n) || !beyond(n-max(1, demands.Spans[0]/4), n) {
		return false
	}
	if _, away := visits(at+1, n, func(t int) bool { return !beyond(max(at, t-near), t) }); away > near {
		return false
	}
	known, longest := visits(near, at, func(t int) bool { return beyond(t-near, t) })
	if float64(known) > knownShare*float64(at) || stayedTimes*longest > since {
		return false
	}
	for t := at - demands.Year - demands.CalendarSlack; t <= at-demands.Year+demands.CalendarSlack; t++ {
		if t >= span && up*s.contrast(t, span) > math.Abs(shift.Size)/2 {
			return false
		}
	}
	return true
}

// visits counts the places from one to another, included, of which something is so, and the longest run of them.
func visits(from, to int, is func(t int) bool) (total, longest int) {
	run := 0
	for t := from; t <= to; t++ {
		if !is(t) {
			run = 0
			continue
		}
		total++
		run++
		longest = max(longest, run)
	}
	return total, longest
}
