package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// regression is an ordinary least squares regression with few regressors.
type regression struct {
	coefficients []float64
	errors       [2]float64 // standard errors of the first coefficients
	deviation    float64    // standard deviation of the residuals
}

// regress regresses targets on rows of regressors; false where they are collinear or too few.
func regress(rows [][]float64, targets []float64) (regression, bool) {
	n := len(rows)
	if n == 0 || n <= len(rows[0])+1 {
		return regression{}, false
	}
	size := len(rows[0])
	matrix, right := make([]float64, size*size), make([]float64, size)
	for t, row := range rows {
		for i, v := range row {
			if v == 0 {
				continue
			}
			right[i] += v * targets[t]
			floats.AddScaled(matrix[i*size+i:i*size+size], v, row[i:])
		}
	}
	for i := range size {
		matrix[i*size+i] *= 1 + 1e-10
	}
	if !cholesky(matrix, size) {
		return regression{}, false
	}
	substitute(matrix, right, size)
	r := regression{coefficients: right}
	squares := 0.0
	for t, row := range rows {
		e := targets[t] - r.value(row)
		squares += e * e
	}
	r.deviation = math.Sqrt(squares / float64(n-size))
	for i := range min(size, len(r.errors)) {
		unit := make([]float64, size)
		unit[i] = 1
		substitute(matrix, unit, size)
		r.errors[i] = r.deviation * math.Sqrt(max(unit[i], 0))
	}
	return r, true
}

// value is what the regression expects of a row.
func (r regression) value(row []float64) float64 {
	sum := 0.0
	for i, v := range row {
		sum += r.coefficients[i] * v
	}
	return sum
}
