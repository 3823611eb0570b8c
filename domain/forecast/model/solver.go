package model

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// solver solves the normal equations of a ridge regression. The last unknown is the constant, which is
// not shrunk. It lies in a room: gonum's Cholesky allocates for every matrix, and a factorisation
// per origin and variant is most of what a regression on lags costs.
type solver struct {
	size    int
	matrix  []float64 // upper triangle, row by row
	target  []float64
	factor  []float64
	unknown []float64
	added   float64 // to the diagonal
}

func newSolver(size int, room *room) *solver {
	return &solver{
		size: size, matrix: room.take(size * size), factor: room.take(size * size),
		target: room.take(size), unknown: room.take(size),
	}
}

// factorise prepares to solve under a penalty in units of the mean diagonal; false where the equations
// cannot be solved.
func (s *solver) factorise(penalty float64) bool {
	n := s.size
	mean := 0.0
	for i := range n - 1 {
		mean += s.matrix[i*n+i] / float64(n-1)
	}
	s.added = (penalty+1e-12)*mean + 1e-300
	copy(s.factor, s.matrix)
	for i := range n - 1 {
		s.factor[i*n+i] += s.added
	}
	return cholesky(s.factor, n)
}

// solve returns the coefficients, shrunk towards one of them being 1 (toward ≥ 0) and the others 0. The
// result is good until the next call.
func (s *solver) solve(toward int) []float64 {
	copy(s.unknown, s.target)
	if toward >= 0 {
		s.unknown[toward] += s.added
	}
	substitute(s.factor, s.unknown, s.size)
	return s.unknown
}

// cholesky factors a positive definite matrix, whose upper triangle is given row by row, into UᵀU in
// place; false where it is not positive definite. A row takes from itself what the rows before it account
// for, by gonum's kernel for a matrix and a vector.
func cholesky(a []float64, n int) bool {
	kernel := blas64.Implementation()
	for k := range n {
		row := a[k*n+k : k*n+n]
		if k > 0 {
			kernel.Dgemv(blas.Trans, k, n-k, -1, a[k:], n, a[k:], n, 1, row, 1)
		}
		if !(row[0] > 0) {
			return false
		}
		floats.Scale(1/math.Sqrt(row[0]), row)
	}
	return true
}

// substitute solves UᵀU·x = b in place.
func substitute(u, b []float64, n int) {
	for i := range n {
		b[i] /= u[i*n+i]
		floats.AddScaled(b[i+1:n], -b[i], u[i*n+i+1:i*n+n])
	}
	for i := n - 1; i >= 0; i-- {
		b[i] = (b[i] - floats.Dot(u[i*n+i+1:i*n+n], b[i+1:n])) / u[i*n+i]
	}
}
