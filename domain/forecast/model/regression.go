package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// regression is an ordinary least squares regression on few regressors, with a constant for each place
// in a season: one where the season is 1.
type regression struct {
	constants []float64
	slopes    []float64
	errors    []float64 // standard errors of the slopes
	deviation float64   // standard deviation of the residuals
}

// regress regresses targets, of which the first is of a time, on columns of regressors; false where
// those are collinear or there are too few targets. The constants follow from means over each place,
// so that only the slopes are left to be solved for (Frisch and Waugh 1933, "Partial time regressions
// as compared with individual trends", Econometrica 1). The result lies in the room.
func regress(columns [][]float64, targets []float64, first, season int, room *room) (regression, bool) {
	n, size := len(targets), len(columns)
	if n <= size+season+1 {
		return regression{}, false
	}
	means := newPlaceMeans(n, first, season, room)
	right, targetMeans := means.centre(targets, room)
	centred, columnMeans := make([][]float64, size), make([][]float64, size)
	for i, column := range columns {
		centred[i], columnMeans[i] = means.centre(column, room)
	}
	matrix, slopes := room.take(size*size), room.take(size)
	for i, column := range centred {
		slopes[i] = floats.Dot(column, right)
		for j := i; j < size; j++ {
			matrix[i*size+j] = floats.Dot(column, centred[j])
		}
		matrix[i*size+i] *= 1 + 1e-10
	}
	if !cholesky(matrix, size) {
		return regression{}, false
	}
	substitute(matrix, slopes, size)
	r := regression{constants: targetMeans, slopes: slopes, errors: room.take(size)}
	for i, slope := range slopes {
		floats.AddScaled(right, -slope, centred[i])
		floats.AddScaled(r.constants, -slope, columnMeans[i])
	}
	r.deviation = math.Sqrt(floats.Dot(right, right) / float64(n-size-season))
	for i := range r.errors {
		unit := room.zeros(size)
		unit[i] = 1
		substitute(matrix, unit, size)
		r.errors[i] = r.deviation * math.Sqrt(max(unit[i], 0))
	}
	return r, true
}

// value is what the regression expects at a time of a row of regressors.
func (r regression) value(t int, row []float64) float64 {
	return r.constants[t%len(r.constants)] + floats.Dot(r.slopes, row)
}

// placeMeans takes from values the mean of those at the same place in a season.
type placeMeans struct {
	first, season int
	shares        []float64 // one over how many values each place has
}

func newPlaceMeans(n, first, season int, room *room) placeMeans {
	shares := room.zeros(season)
	for i, place := 0, first%season; i < n; i++ {
		shares[place]++
		if place++; place == season {
			place = 0
		}
	}
	for place, count := range shares {
		shares[place] = 1 / count
	}
	return placeMeans{first, season, shares}
}

// centre returns values less the means of their places, and these means.
func (p placeMeans) centre(values []float64, room *room) (centred, means []float64) {
	means = room.zeros(p.season)
	p.each(values, means, func(piece, at []float64) { floats.Add(at, piece) })
	floats.Mul(means, p.shares)
	centred = room.take(len(values))
	copy(centred, values)
	p.each(centred, means, func(piece, at []float64) { floats.Sub(piece, at) })
	return centred, means
}

// each calls do for the pieces of values that lie within one season, with their places.
func (p placeMeans) each(values, places []float64, do func(piece, at []float64)) {
	for from, place := 0, p.first%p.season; from < len(values); place = 0 {
		length := min(p.season-place, len(values)-from)
		do(values[from:from+length], places[place:place+length])
		from += length
	}
}
