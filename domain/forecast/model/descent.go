package model

import "math"

// mostParameters is how many parameters a fit may have.
const mostParameters = 6

// slope is an objective around a point: its value, how it changes with every parameter, and about how
// that changes.
type slope struct {
	value     float64
	gradient  [mostParameters]float64
	curvature [mostParameters][mostParameters]float64 // symmetric

	matrix [mostParameters * mostParameters]float64 // where a step is solved for
	right  [mostParameters]float64
}

// objective puts its value and slope at parameters into to; a value that is no number or infinite is
// one where the parameters may not be.
type objective func(parameters []float64, to *slope)

// The search of descend: its damping at the start, its factor after a step, and the relative damping
// from which on no step helps.
const (
	firstDamping = 0.3
	lessDamping  = 0.3
	moreDamping  = 8
	mostDamping  = 1e6
)

// descend searches the least value of f near a start by damped Gauss-Newton steps (Marquardt 1963, "An
// algorithm for least-squares estimation of nonlinear parameters", Journal of the Society for
// Industrial and Applied Mathematics 11), each parameter within its span; one whose span is a point stays
// there. It looks at most at so many points and ends when a step gains less than enough. It leaves the best
// point in at and returns its value.
func descend(f objective, at []float64, within []span, looks int, enough float64) float64 {
	var here, there slope
	var backing [2 * mostParameters]float64
	next, move := backing[:len(at)], backing[mostParameters:mostParameters+len(at)]
	f(at, &here)
	damping := firstDamping
	for look := 1; look < looks && damping < mostDamping; look++ {
		if !here.step(at, within, damping, move) {
			damping *= moreDamping
			continue
		}
		for k, v := range at {
			next[k] = within[k].clip(v + move[k])
		}
		f(next, &there)
		gain := here.value - there.value
		if !(gain > 0) { // not finite, or uphill
			if gain == 0 {
				break
			}
			damping *= moreDamping
			continue
		}
		copy(at, next)
		here, there = there, here
		damping *= lessDamping
		if gain < enough {
			break
		}
	}
	return here.value
}

// step finds the damped step from a point that ends within the spans; false where there is none.
func (s *slope) step(at []float64, within []span, damping float64, move []float64) bool {
	var free [mostParameters]int
	list := free[:0]
	for k, v := range at {
		move[k] = 0
		g := s.gradient[k]
		if within[k].low < within[k].high && !(v <= within[k].low && g > 0) && !(v >= within[k].high && g < 0) {
			list = append(list, k)
		}
	}
	for len(list) > 0 {
		if !s.solve(list, damping, move) {
			return false
		}
		// What would leave its span goes to its end, and the others make the best of that.
		inside := list[:0]
		for _, k := range list {
			if to := at[k] + move[k]; to < within[k].low || to > within[k].high {
				move[k] = within[k].clip(to) - at[k]
			} else {
				inside = append(inside, k)
			}
		}
		if len(inside) == len(list) {
			return true
		}
		list = inside
	}
	return true
}

// solve finds the damped step in some parameters for the moves of the others; false where it is not to
// be had.
func (s *slope) solve(list []int, damping float64, move []float64) bool {
	n := len(list)
	matrix, right := s.matrix[:n*n], s.right[:n]
	for _, k := range list {
		move[k] = 0
	}
	for i, k := range list {
		right[i] = -s.gradient[k]
		for l, m := range move {
			right[i] -= s.curvature[k][l] * m
		}
		for j, l := range list[i:] {
			matrix[i*n+i+j] = s.curvature[k][l]
		}
		matrix[i*n+i] += damping*s.curvature[k][k] + 1e-300
	}
	if !cholesky(matrix, n) {
		return false
	}
	substitute(matrix, right, n)
	for i, k := range list {
		if math.IsNaN(right[i]) {
			return false
		}
		move[k] = right[i]
	}
	return true
}
