package forecast

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Intervals are split conformal (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018, "Distribution-free
// predictive inference for regression", JASA 113): the residuals of the rolling origins, each over a
// spread that did not know it, are what the next residuals are expected to look like. How wide a
// series' band is comes from its own residuals, pooled over neighbouring steps; which shape it has
// comes from the standardised residuals of all series forecast with it, lower and upper tail apart.

// tails is the shape of standardised residuals: a quantile per level.
type tails []float64

// priorCount is how many standardised residuals the prior shape counts for.
const priorCount = 300

// priorTails is the shape before any residual was seen: Student's t with 4 degrees of freedom, scaled
// to a mean magnitude of 1.15, which is what dividing by a spread from few origins makes of it.
func priorTails(levels []float64) tails {
	t := distuv.StudentsT{Mu: 0, Sigma: 1.15, Nu: 4}
	out := make(tails, len(levels))
	for i, level := range levels {
		out[i] = t.Quantile(level)
	}
	return out
}

// shape returns the tails of a sample of standardised residuals, which it sorts, blended with a prior
// by number.
func shape(sample, levels []float64, prior tails) tails {
	if len(sample) == 0 {
		return prior
	}
	slices.Sort(sample)
	share := float64(len(sample)) / float64(len(sample)+priorCount)
	out := make(tails, len(levels))
	for i, level := range levels {
		out[i] = share*stat.Quantile(level, stat.LinInterp, sample, nil) + (1-share)*prior[i]
	}
	return out.apart(levels)
}

// apart keeps tails below the median at or below zero and those above it at or above, and rising, so
// that quantiles never cross and include the median.
func (t tails) apart(levels []float64) tails {
	for i, level := range levels {
		switch {
		case level < 0.5:
			t[i] = min(t[i], 0)
		case level > 0.5:
			t[i] = max(t[i], 0)
		default:
			t[i] = 0
		}
		if i > 0 {
			t[i] = max(t[i], t[i-1])
		}
	}
	return t
}

// quantiles returns the quantiles around a path, in its unit, before bounds.
func (t tails) quantiles(path, spread []float64) [][]float64 {
	out := make([][]float64, len(path))
	for k, v := range path {
		row := make([]float64, len(t))
		for i, tail := range t {
			row[i] = v + tail*spread[k]
		}
		out[k] = row
	}
	return out
}

// fallbackSpread is the spread of a series without residuals: what its steps were, growing by the
// square root of the horizon.
func fallbackSpread(values []float64, horizon int) []float64 {
	sum := 0.0
	for i := 1; i < len(values); i++ {
		sum += math.Abs(values[i] - values[i-1])
	}
	step := sum / float64(max(1, len(values)-1))
	out := make([]float64, horizon)
	for k := range out {
		out[k] = step * math.Sqrt(float64(k+1))
	}
	return out
}
