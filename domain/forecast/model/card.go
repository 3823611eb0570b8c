package model

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Card is the calibrated average of Rho and Delta (Doornik, Castle and Hendry 2020, "Card forecasts
// for M4", International Journal of Forecasting 36; Castle, Doornik and Hendry 2021, "Forecasting
// principles from experience with forecasting competitions", Forecasting 3, section 4): Delta damps
// the trend of growth rates (card_delta.go), Rho is a small autoregression with seasonal dummies
// (card_rho.go), and a regression with a break near the end, fitted to the history and the average of
// their forecasts as if those had been observed, smooths that average.
type Card struct{}

// cardLeast is the number of points that Card needs.
const cardLeast = 12

// Predict implements Model.
func (Card) Predict(task Task) []Candidate {
	out := task.candidate("card")
	for i, origin := range task.Origins {
		if origin < cardLeast {
			continue
		}
		season := task.cycle(origin)
		from := max(0, origin-cardReach(season))
		c := newCard(task.Values[from:origin], season)
		out.Paths[i] = c.path(task.Horizon)
	}
	return []Candidate{out}
}

// cardReach returns the number of recent points that Card uses.
func cardReach(season int) int { return max(200, 10*season) }

// card is a history with what its tests found.
type card struct {
	y          []float64 // the history, or its logarithm
	log        bool
	season     int
	unitRoot   bool // differences vary less than levels
	seasonal   bool // an analysis of variance finds a season in z
	correlated bool // z correlates with itself a season ago
	z          []float64
}

func newCard(history []float64, season int) *card {
	c := &card{y: history, season: season, log: positive(history)}
	if c.log {
		c.y = make([]float64, len(history))
		for i, v := range history {
			c.y[i] = math.Log(v)
		}
	}
	differences := make([]float64, len(c.y)-1)
	for i := range differences {
		differences[i] = c.y[i+1] - c.y[i]
	}
	c.z = c.y
	if stat.Variance(differences, nil) < 1.2*stat.Variance(c.y, nil) {
		c.unitRoot, c.z = true, differences
	}
	if season > 1 && len(c.z) >= 3*season {
		c.seasonal = c.variesBySeason()
		c.correlated = c.correlatesBySeason()
	}
	return c
}

// path is the calibrated average.
func (c *card) path(horizon int) Path {
	delta, rho := c.delta(horizon), c.rho(horizon)
	average := make(Path, horizon)
	for k := range average {
		average[k] = (delta[k] + rho[k]) / 2
	}
	average = c.calibrate(average)
	if c.log {
		// No forecast leaves the history by more than its own range of orders of magnitude.
		low, high := c.y[0], c.y[0]
		for _, v := range c.y {
			low, high = min(low, v), max(high, v)
		}
		reach := high - low + math.Ln2
		for k, v := range average {
			average[k] = math.Exp(max(low-reach, min(high+reach, v)))
		}
	}
	return average
}

// variesBySeason is a one-way analysis of variance of the last whole seasons, at nine in ten.
func (c *card) variesBySeason() bool {
	m := c.season
	cycles := len(c.z) / m
	recent := c.z[len(c.z)-cycles*m:]
	means := make([]float64, m)
	for t, v := range recent {
		means[t%m] += v / float64(cycles)
	}
	_, between := stat.PopMeanVariance(means, nil)
	_, total := stat.PopMeanVariance(recent, nil)
	if total <= between {
		return between > 0
	}
	first, second := float64(m-1), float64(m*(cycles-1))
	return distuv.F{D1: first, D2: second}.Survival(second/first*between/(total-between)) < 0.1
}

// chiSquared90 is the quantile at nine in ten of χ² with one degree of freedom.
const chiSquared90 = 2.705543454095404

// correlatesBySeason tests the autocorrelation at the season against those below it, at nine in ten.
func (c *card) correlatesBySeason() bool {
	correlations := autocorrelations(c.z, c.season)
	sum := 1.0
	for _, r := range correlations[1:c.season] {
		sum += r * r
	}
	r := correlations[c.season]
	return float64(len(c.z))*r*r/sum > chiSquared90
}

// calibrate regresses history and path together on their own past, the season and a break near the
// end, where the history is long enough for one, and returns what the regression makes of the path.
func (c *card) calibrate(path Path) Path {
	n, m := len(c.y), c.season
	all := append(append(make([]float64, 0, n+len(path)), c.y...), path...)
	lagged := c.unitRoot && c.correlated && n > 4*m
	depth, places := 1, 1
	if lagged {
		depth = m + 1
	}
	past := func(lag int) []float64 { return all[depth-lag : len(all)-lag] }
	var columns [][]float64
	if c.unitRoot {
		columns = append(columns, past(1))
	}
	if lagged {
		columns = append(columns, past(m), past(m+1))
	}
	switch {
	case c.seasonal:
		places = m
	case m > 1:
		columns = append(columns, wave(math.Sin, depth, len(all), m), wave(math.Cos, depth, len(all), m))
	}
	if n > 3*m {
		columns = append(columns, c.jump(depth, len(all))...)
	}
	fit, ok := regress(columns, all[depth:], depth, places)
	if !ok {
		return path
	}
	out, row := make(Path, len(path)), make([]float64, len(columns))
	for k := range out {
		for i, column := range columns {
			row[i] = column[n+k-depth]
		}
		out[k] = fit.value(n+k, row)
	}
	return out
}

// jump returns a step near the end of the history and a line from there on, at the times from one to
// another.
func (c *card) jump(from, to int) [][]float64 {
	n, m := len(c.y), c.season
	at := n - min(2*m, to/2)
	if m == 1 {
		at = n - min(8, n/2)
	}
	step, line := make([]float64, to-from), make([]float64, to-from)
	for t := max(at, from); t < to; t++ {
		step[t-from], line[t-from] = 1, float64(t-at)/float64(m)
	}
	return [][]float64{step, line}
}

// wave is a sine or cosine of the period of a season at the times from one to another.
func wave(of func(float64) float64, from, to, season int) []float64 {
	out := make([]float64, to-from)
	for i := range out {
		if i < season {
			out[i] = of(2 * math.Pi * float64(from+i) / float64(season))
		} else {
			out[i] = out[i-season]
		}
	}
	return out
}
