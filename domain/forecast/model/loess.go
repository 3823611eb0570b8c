package model

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"
)

// loess smooths so many values at even distances by local lines with tricube weights (Cleveland 1979,
// "Robust locally weighted regression and smoothing scatterplots", JASA 74). What it makes of the
// values at a place is a weighted sum of those in a window; the weights depend on the place alone and
// are computed once. It computes every jump-th place and the last, and joins them by lines.
type loess struct {
	count int // places, from −extra on
	rows  []loessRow
}

// loessRow is a place at which a loess is computed, and the weights of the values from one on.
type loessRow struct {
	place, from int
	weights     []float64
}

// prepare readies a loess of n values over a window of so many points. Where extra is 1, the result
// reaches one point beyond either end, as the cycles of a seasonal decomposition need: its first entry
// is then the point before the first.
func (l *loess) prepare(n, window, jump, extra int) {
	l.count = n + 2*extra
	l.rows = slices.Grow(l.rows[:0], (l.count+jump-2)/jump+1)
	width, known := min(window, n), 0
	var weights []float64
	for place := 0; ; place += jump {
		place = min(place, l.count-1)
		at := place - extra
		centred := at - (width-1)/2
		from := max(0, min(centred, n-width))
		if weights == nil || at-from != known { // all but those near the ends are the same
			known, weights = at-from, loessWeights(width, window, at-from)
		}
		l.rows = append(l.rows, loessRow{place: place, from: from, weights: weights})
		if place == l.count-1 {
			return
		}
	}
}

// loessWindow is a whole window, and how far behind its first value a place is.
type loessWindow struct{ width, at int }

// loessKnown keeps the weights of whole windows, a megabyte at most: all series of a granularity have the same
// windows.
var loessKnown sync.Map // of loessWindow to []float64

// loessWeights returns the weights, in the value at a place, of width values from the window's first
// on, of which the place is at so many points' distance. They are not to be changed.
func loessWeights(width, window, at int) []float64 {
	if width < window {
		return newLoessWeights(width, window, at)
	}
	key := loessWindow{width, at}
	known, ok := loessKnown.Load(key)
	if !ok {
		known, _ = loessKnown.LoadOrStore(key, newLoessWeights(width, window, at))
	}
	return known.([]float64)
}

// newLoessWeights computes the weights that loessWeights returns. A window beyond all values is wider than they
// are.
func newLoessWeights(width, window, at int) []float64 {
	weights := make([]float64, width)
	reach := float64(max(at, width-1-at))
	reach += float64((window - width) / 2)
	sum, first, second := 0.0, 0.0, 0.0 // moments of the distances
	for i := range weights {
		x := float64(i - at)
		d := math.Abs(x)
		if d > 0.999*reach {
			continue
		}
		w := 1.0
		if d > 0.001*reach {
			q := d / reach
			w = 1 - q*q*q
			w = w * w * w
		}
		weights[i] = w
		sum += w
		first += w * x
		second += w * x * x
	}
	if sum == 0 {
		weights[max(0, min(width-1, at))] = 1
		return weights
	}
	mean := first / sum
	variance := second/sum - mean*mean
	tilt := 0.0
	if variance > 1e-12*float64(width)*float64(width) {
		tilt = mean / variance
	}
	for i, w := range weights {
		weights[i] = w / sum * (1 - tilt*(float64(i-at)-mean))
	}
	return weights
}

// smooth writes the smoothed values.
func (l *loess) smooth(values, out []float64) {
	last := 0
	for _, row := range l.rows {
		i := row.place
		out[i] = floats.Dot(row.weights, values[row.from:row.from+len(row.weights)])
		if last+1 < i {
			step := (out[i] - out[last]) / float64(i-last)
			for k := last + 1; k < i; k++ {
				out[k] = out[last] + step*float64(k-last)
			}
		}
		last = i
	}
}

// smoothColumns smooths the columns of a table of width places a row, of which those from begin up to
// end are full, into a table as wide.
func (l *loess) smoothColumns(values, out []float64, width, begin, end int) {
	cells := func(table []float64, row int) []float64 { return table[row*width+begin : row*width+end] }
	last := 0
	for _, row := range l.rows {
		here := cells(out, row.place)
		clear(here)
		for i, w := range row.weights {
			floats.AddScaled(here, w, cells(values, row.from+i))
		}
		for k := last + 1; k < row.place; k++ {
			share := float64(k-last) / float64(row.place-last)
			floats.ScaleTo(cells(out, k), share, here)
			floats.AddScaled(cells(out, k), 1-share, cells(out, last))
		}
		last = row.place
	}
}
