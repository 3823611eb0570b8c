package anomaly

import "math"

// maxTerms is the number of terms of a level line: level, slope and up to three steps.
const maxTerms = 2 + maxSteps

// matrix is a small symmetric positive definite one, of which the first n rows and columns count.
// It lives on the stack: every judged day solves five.
type matrix [maxRefit][maxRefit]float64

// vector goes with matrix.
type vector [maxRefit]float64

// factor replaces the lower triangle by its Cholesky factor's; it reports whether the matrix was
// positive definite.
func (m *matrix) factor(n int) bool {
	for i := range n {
		for j := range i + 1 {
			sum := m[i][j]
			for k := range j {
				sum -= m[i][k] * m[j][k]
			}
			if i != j {
				m[i][j] = sum / m[j][j]
				continue
			}
			if sum <= 1e-12 {
				return false
			}
			m[i][i] = math.Sqrt(sum)
		}
	}
	return true
}

// forward solves L·x = b in place, for a factored matrix.
func (m *matrix) forward(n int, b *vector) {
	for i := range n {
		for k := range i {
			b[i] -= m[i][k] * b[k]
		}
		b[i] /= m[i][i]
	}
}

// solve solves M·x = b in place, for a factored matrix.
func (m *matrix) solve(n int, b *vector) {
	m.forward(n, b)
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= m[k][i] * b[k]
		}
		b[i] /= m[i][i]
	}
}

// quadratic returns bᵀ·M⁻¹·b, for a factored matrix.
func (m *matrix) quadratic(n int, b vector) float64 {
	m.forward(n, &b)
	sum := 0.0
	for i := range n {
		sum += b[i] * b[i]
	}
	return sum
}
