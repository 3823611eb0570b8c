package model

import "gonum.org/v1/gonum/floats"

// laggedSums holds running sums of products of a series with itself at every distance that two lags
// can have, from which the normal equations of a regression on lags follow for any length of history:
// the sum over t of y[t−i]·y[t−j] is a difference of two running sums of y[s]·y[s−(j−i)]. It keeps them
// where a difference may begin or end: up to the deepest lag, and from as far before the first origin.
type laggedSums struct {
	mean  float64
	lags  []int     // 0 first, for the target
	from  int       // where the sums at the end begin
	plain []float64 // running sums of the centred values
	at    []runningProducts
}

// runningProducts are the running sums of y[s]·y[s−distance]; entry t sums over s < t. They are empty where no
// two lags have the distance.
type runningProducts struct {
	begin, end []float64 // from 0 on, and from laggedSums.from on
}

// newLaggedSums sums over values, centred by the mean of the first known of them, for histories from
// first points on. They lie in the room.
func newLaggedSums(values []float64, lags []int, known, first int, room *room) *laggedSums {
	n, deepest := len(values), lags[len(lags)-1]
	s := &laggedSums{lags: append([]int{0}, lags...), plain: room.take(n + 1), from: first - deepest}
	for _, v := range values[:known] {
		s.mean += v / float64(known)
	}
	s.plain[0] = 0
	centred := room.take(n)
	for i, v := range values {
		centred[i] = v - s.mean
		s.plain[i+1] = s.plain[i] + centred[i]
	}
	s.at = make([]runningProducts, deepest+1)
	for i, a := range s.lags {
		for _, b := range s.lags[i:] {
			if d := b - a; s.at[d].begin == nil {
				s.at[d] = runningProducts{room.take(deepest + 1), room.take(n + 1 - s.from)}
				s.at[d].fill(centred, d, s.from)
			}
		}
	}
	return s
}

// fill sums the products of values at a distance.
func (r runningProducts) fill(y []float64, distance, from int) {
	later, deepest := y[distance:], len(r.begin)-1
	products := func(from, to int, start float64, out []float64) float64 {
		return runProducts(later[from-distance:to-distance], y[from-distance:to-distance], start, out)
	}
	clear(r.begin[:distance+1])
	sum := products(distance, deepest, 0, r.begin[distance+1:])
	if from <= deepest {
		sum = r.begin[from]
	} else {
		sum += floats.Dot(later[deepest-distance:from-distance], y[deepest-distance:from-distance])
	}
	begin := max(from, distance)
	clear(r.end[:begin-from])
	r.end[begin-from] = sum
	products(begin, len(y), sum, r.end[1+begin-from:])
}

// runProducts writes the running sums of the products of a and b on from a start, and returns the last.
func runProducts(a, b []float64, start float64, out []float64) float64 {
	sum, n := start, len(a)
	b, out = b[:n], out[:n]
	i := 0
	for ; i+4 <= n; i += 4 { // a sum waits for the one before it: two additions for four
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		to := out[i : i+4 : i+4]
		p, q := x[0]*y[0], x[2]*y[2]
		half := sum + (p + x[1]*y[1])
		to[0], to[1], to[2] = sum+p, half, half+q
		sum = half + (q + x[3]*y[3])
		to[3] = sum
	}
	for ; i < n; i++ {
		sum += a[i] * b[i]
		out[i] = sum
	}
	return sum
}

// equations fills the normal equations for a length of history.
func (s *laggedSums) equations(origin int, to *solver) {
	last := len(s.lags) - 1
	first := s.lags[last] // the first point that has all lags
	for i, a := range s.lags {
		row := to.target
		if i > 0 {
			row = to.matrix[(i-1)*to.size:]
		}
		for j := max(i, 1); j <= last; j++ {
			run := &s.at[s.lags[j]-a]
			row[j-1] = run.end[origin-a-s.from] - run.begin[first-a]
		}
		row[last] = s.plain[origin-a] - s.plain[first-a]
	}
	to.matrix[last*to.size+last] = float64(origin - first)
}
