package accuracy

import "math"

// Measure is how good forecasts were. A field is nil where it cannot be computed, never 0 or NaN.
type Measure struct {
	// Points is the number of predictions whose actual value is known.
	Points int `json:"points"`
	// MAPE is the mean of |actual − forecast| over |actual|, in percent, over the points whose actual
	// value is not zero; ZeroActuals is the number of those left out, at which it is undefined.
	MAPE        *float64 `json:"mape"`
	ZeroActuals int      `json:"zero_actuals"`
	// SMAPE is the mean of 2·|actual − forecast| over |actual| + |forecast|, in percent, from 0 to 200;
	// a point where both are zero counts as no error.
	SMAPE *float64 `json:"smape"`
	// MASE is the mean absolute error over the mean absolute difference of values one season apart in
	// the history before the forecast (Hyndman and Koehler 2006, "Another look at measures of forecast
	// accuracy", International Journal of Forecasting 22); below 1 is better than seasonal naive was.
	// Points of forecasts without such a history, or with a constant one, are left out.
	MASE *float64 `json:"mase"`
	// RMSE is the root of the mean squared error, in the metric's unit.
	RMSE *float64 `json:"rmse"`
	// Bias is the mean of forecast − actual, in the metric's unit: above zero is too high.
	Bias *float64 `json:"bias"`
	// Coverage is the share of actual values between the lowest and the highest level, ends included;
	// NominalCoverage is what the levels promise.
	Coverage        *float64 `json:"coverage"`
	NominalCoverage *float64 `json:"nominal_coverage"`
	// AboveHighest is the share of actual values above the highest level: a tenth for P90.
	AboveHighest *float64 `json:"above_highest"`
}

// sums are what measures are made of.
type sums struct {
	points, zeros, scaled, banded           int
	percent, symmetric, ratio, square, bias float64
	covered, above                          int
	nominal                                 float64
}

// point is a prediction beside what came.
type point struct {
	actual, predicted float64
	// low and high are the outermost levels, nominal the probability between them; NaN without two levels.
	low, high, nominal float64
	// scale is what makes an absolute error a scaled one, NaN where there is none.
	scale float64
}

func (s *sums) add(p point) {
	e := p.predicted - p.actual
	s.points++
	s.square += e * e
	s.bias += e
	if p.actual == 0 {
		s.zeros++
	} else {
		s.percent += 100 * math.Abs(e/p.actual)
	}
	if size := math.Abs(p.actual) + math.Abs(p.predicted); size > 0 {
		s.symmetric += 200 * math.Abs(e) / size
	}
	if p.scale > 0 {
		s.scaled++
		s.ratio += math.Abs(e) / p.scale
	}
	if math.IsNaN(p.nominal) {
		return
	}
	s.banded++
	s.nominal += p.nominal
	if p.low <= p.actual && p.actual <= p.high {
		s.covered++
	}
	if p.actual > p.high {
		s.above++
	}
}

// mean returns a sum over a count, or nil.
func mean(sum float64, count int) *float64 {
	if count == 0 {
		return nil
	}
	v := sum / float64(count)
	return &v
}

func (s *sums) measure() Measure {
	m := Measure{
		Points: s.points, ZeroActuals: s.zeros,
		MAPE: mean(s.percent, s.points-s.zeros), SMAPE: mean(s.symmetric, s.points), MASE: mean(s.ratio, s.scaled),
		RMSE: mean(s.square, s.points), Bias: mean(s.bias, s.points),
		Coverage: mean(float64(s.covered), s.banded), NominalCoverage: mean(s.nominal, s.banded),
		AboveHighest: mean(float64(s.above), s.banded),
	}
	if m.RMSE != nil {
		*m.RMSE = math.Sqrt(*m.RMSE)
	}
	return m
}
