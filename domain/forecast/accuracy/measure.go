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

// Tally is what measures are made of: counts and sums over points, so that tallies of several forecasts
// add up to that of all.
type Tally struct {
	Points int `json:"points"`
	// Zeros, Scaled and Banded count the points with an actual value of zero, with a scale and with levels.
	Zeros  int `json:"zeros"`
	Scaled int `json:"scaled"`
	Banded int `json:"banded"`
	// Percent, Symmetric, Ratio, Square and Bias are the sums of which MAPE, sMAPE, MASE, RMSE and bias are
	// the means.
	Percent   float64 `json:"percent"`
	Symmetric float64 `json:"symmetric"`
	Ratio     float64 `json:"ratio"`
	Square    float64 `json:"square"`
	Bias      float64 `json:"bias"`
	// Covered and Above count actual values within and above the levels, of which Nominal sums what they
	// promise.
	Covered int     `json:"covered"`
	Above   int     `json:"above"`
	Nominal float64 `json:"nominal"`
}

// point is a prediction beside what came.
type point struct {
	actual, predicted float64
	// low and high are the outermost levels, nominal the probability between them; NaN without two levels.
	low, high, nominal float64
	// scale is what makes an absolute error a scaled one, NaN where there is none.
	scale float64
}

func (t *Tally) add(p point) {
	e := p.predicted - p.actual
	t.Points++
	t.Square += e * e
	t.Bias += e
	if p.actual == 0 {
		t.Zeros++
	} else {
		t.Percent += 100 * math.Abs(e/p.actual)
	}
	if size := math.Abs(p.actual) + math.Abs(p.predicted); size > 0 {
		t.Symmetric += 200 * math.Abs(e) / size
	}
	if p.scale > 0 {
		t.Scaled++
		t.Ratio += math.Abs(e) / p.scale
	}
	if math.IsNaN(p.nominal) {
		return
	}
	t.Banded++
	t.Nominal += p.nominal
	if p.low <= p.actual && p.actual <= p.high {
		t.Covered++
	}
	if p.actual > p.high {
		t.Above++
	}
}

// merge adds another tally.
func (t *Tally) merge(o Tally) {
	t.Points, t.Zeros, t.Scaled, t.Banded = t.Points+o.Points, t.Zeros+o.Zeros, t.Scaled+o.Scaled, t.Banded+o.Banded
	t.Percent, t.Symmetric, t.Ratio = t.Percent+o.Percent, t.Symmetric+o.Symmetric, t.Ratio+o.Ratio
	t.Square, t.Bias, t.Nominal = t.Square+o.Square, t.Bias+o.Bias, t.Nominal+o.Nominal
	t.Covered, t.Above = t.Covered+o.Covered, t.Above+o.Above
}

// mean returns a sum over a count, or nil.
func mean(sum float64, count int) *float64 {
	if count == 0 {
		return nil
	}
	v := sum / float64(count)
	return &v
}

func (t *Tally) measure() Measure {
	m := Measure{
		Points: t.Points, ZeroActuals: t.Zeros,
		MAPE: mean(t.Percent, t.Points-t.Zeros), SMAPE: mean(t.Symmetric, t.Points), MASE: mean(t.Ratio, t.Scaled),
		RMSE: mean(t.Square, t.Points), Bias: mean(t.Bias, t.Points),
		Coverage: mean(float64(t.Covered), t.Banded), NominalCoverage: mean(t.Nominal, t.Banded),
		AboveHighest: mean(float64(t.Above), t.Banded),
	}
	if m.RMSE != nil {
		*m.RMSE = math.Sqrt(*m.RMSE)
	}
	return m
}
