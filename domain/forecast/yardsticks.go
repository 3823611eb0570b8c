package forecast

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// band is a lower bound, a median and an upper bound.
type band struct{ low, median, high float64 }

// seasonFor returns the shortest season of a granularity of which a history holds two cycles, or 1.
func seasonFor(granularity ForecastGranularity, history int) int {
	if season := granularity.seasons()[0]; 2*season <= history {
		return season
	}
	return 1
}

// meanDifference is the mean absolute difference of values a season apart.
func meanDifference(values []float64, season int) float64 {
	sum, pairs := 0.0, 0
	for i := season; i < len(values); i++ {
		if d := math.Abs(values[i] - values[i-season]); !math.IsNaN(d) {
			sum += d
			pairs++
		}
	}
	return sum / float64(max(1, pairs))
}

// naiveBands repeat the last season, with normal bands from the differences of seasons, which widen
// with the square root of the number of seasons ahead.
func naiveBands(values []float64, season, horizon int, low, high float64) []band {
	squares := 0.0
	for i := season; i < len(values); i++ {
		d := values[i] - values[i-season]
		squares += d * d
	}
	deviation := math.Sqrt(squares / float64(max(1, len(values)-season)))
	bands := make([]band, horizon)
	for k := range bands {
		v := values[len(values)-season+k%season]
		s := deviation * math.Sqrt(float64(k/season+1))
		bands[k] = band{v + s*distuv.UnitNormal.Quantile(low), v, v + s*distuv.UnitNormal.Quantile(high)}
	}
	return bands
}

// lineBands continue the least-squares line of the whole history, with the normal bands of a
// regression.
func lineBands(values []float64, horizon int, low, high float64) []band {
	n := float64(len(values))
	x := make([]float64, len(values))
	for i := range x {
		x[i] = float64(i)
	}
	intercept, slope := stat.LinearRegression(x, values, nil, false)
	squares := 0.0
	for i, v := range values {
		e := v - intercept - slope*x[i]
		squares += e * e
	}
	deviation := math.Sqrt(squares / max(1, n-2))
	middle, moment := (n-1)/2, n*(n*n-1)/12
	bands := make([]band, horizon)
	for k := range bands {
		at := n + float64(k)
		v := intercept + slope*at
		s := deviation * math.Sqrt(1+1/n+(at-middle)*(at-middle)/moment)
		bands[k] = band{v + s*distuv.UnitNormal.Quantile(low), v, v + s*distuv.UnitNormal.Quantile(high)}
	}
	return bands
}

// tally adds up how far bands lie from outcomes.
type tally struct {
	absolute, symmetric float64
	covered, count      int
}

func (t *tally) add(actual float64, b band) {
	e := math.Abs(actual - b.median)
	t.absolute += e
	if size := math.Abs(actual) + math.Abs(b.median); size > 0 {
		t.symmetric += 200 * e / size
	}
	if b.low <= actual && actual <= b.high {
		t.covered++
	}
	t.count++
}

// score returns the means; scale is what makes an absolute error a scaled one.
func (t *tally) score(scale float64) Score {
	n := float64(t.count)
	s := Score{MAE: t.absolute / n, SMAPE: t.symmetric / n, Coverage: float64(t.covered) / n, MASE: math.NaN()}
	if scale > 0 {
		s.MASE = s.MAE / scale
	}
	return s
}
