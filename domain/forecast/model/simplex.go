package model

import "math"

// minimize searches the least value of f from a start by the simplex of Nelder and Mead (1965, "A
// simplex method for function minimization", Computer Journal 7), with the first steps given, within
// about a number of evaluations. It leaves the best point found in at and returns its value. It
// allocates once, where gonum/optimize would on every evaluation; the models fit thousands of times a
// second.
func minimize(f func([]float64) float64, at, step []float64, evaluations int) float64 {
	s := newSimplex(f, at, step)
	for s.used < evaluations && !s.flat() {
		s.improve()
	}
	copy(at, s.points[s.best])
	return s.worth[s.best]
}

// simplex is n+1 points in n dimensions.
type simplex struct {
	f                   func([]float64) float64
	points              [][]float64
	worth               []float64
	best, worst, second int // second is the worst but one
	centre, trial       []float64
	other               []float64
	used                int
}

// flatness is the relative difference of the best and the worst value at which the search ends.
const flatness = 1e-6

func newSimplex(f func([]float64) float64, at, step []float64) *simplex {
	n := len(at)
	s := &simplex{f: f, points: make([][]float64, n+1), worth: make([]float64, n+1)}
	backing := make([]float64, (n+4)*n)
	take := func() []float64 {
		taken := backing[:n:n]
		backing = backing[n:]
		return taken
	}
	for i := range s.points {
		s.points[i] = take()
		copy(s.points[i], at)
		if i > 0 {
			s.points[i][i-1] += step[i-1]
		}
		s.worth[i] = s.value(s.points[i])
	}
	s.centre, s.trial, s.other = take(), take(), take()
	s.rank()
	return s
}

// value counts what it evaluates; what is no number is as bad as can be.
func (s *simplex) value(p []float64) float64 {
	s.used++
	v := s.f(p)
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}

func (s *simplex) flat() bool {
	return s.worth[s.worst]-s.worth[s.best] <= flatness*(math.Abs(s.worth[s.best])+1e-12)
}

// improve replaces the worst point by one beyond or before the centre of the others, or draws all
// points to the best.
func (s *simplex) improve() {
	for k := range s.centre {
		sum := 0.0
		for i, p := range s.points {
			if i != s.worst {
				sum += p[k]
			}
		}
		s.centre[k] = sum / float64(len(s.centre))
	}
	worst := s.points[s.worst]
	along(s.trial, s.centre, worst, -1)
	value := s.value(s.trial)
	switch {
	case value < s.worth[s.best]:
		along(s.other, s.centre, worst, -2)
		if further := s.value(s.other); further < value {
			s.replace(s.other, further)
		} else {
			s.replace(s.trial, value)
		}
	case value < s.worth[s.second]:
		s.replace(s.trial, value)
	default:
		if value < s.worth[s.worst] {
			copy(worst, s.trial)
			s.worth[s.worst] = value
		}
		along(s.other, s.centre, worst, 0.5)
		if nearer := s.value(s.other); nearer < s.worth[s.worst] {
			s.replace(s.other, nearer)
		} else {
			s.shrink()
		}
	}
	s.rank()
}

func (s *simplex) replace(p []float64, value float64) {
	copy(s.points[s.worst], p)
	s.worth[s.worst] = value
}

func (s *simplex) shrink() {
	for i, p := range s.points {
		if i != s.best {
			along(p, s.points[s.best], p, 0.5)
			s.worth[i] = s.value(p)
		}
	}
}

// rank finds the best, the worst and the worst but one.
func (s *simplex) rank() {
	s.best, s.worst = 0, 0
	for i, v := range s.worth {
		if v < s.worth[s.best] {
			s.best = i
		}
		if v > s.worth[s.worst] {
			s.worst = i
		}
	}
	s.second = s.best
	for i, v := range s.worth {
		if i != s.worst && v > s.worth[s.second] {
			s.second = i
		}
	}
}

// along sets a point on the line through the centre and from: 1 is from, −1 its reflection.
func along(point, centre, from []float64, share float64) {
	for k := range point {
		point[k] = centre[k] + share*(from[k]-centre[k])
	}
}
