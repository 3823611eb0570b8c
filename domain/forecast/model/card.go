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
	return second/first*between/(total-between) > distuv.F{D1: first, D2: second}.Quantile(0.9)
}

// correlatesBySeason tests the autocorrelation at the season against those below it, at nine in ten.
func (c *card) correlatesBySeason() bool {
	sum := 1.0
	for lag := 1; lag < c.season; lag++ {
		r := autocorrelation(c.z, lag)
		sum += r * r
	}
	r := autocorrelation(c.z, c.season)
	return float64(len(c.z))*r*r/sum > distuv.ChiSquared{K: 1}.Quantile(0.9)
}

// appendDummies adds one regressor for each place in the season but the last.
func (c *card) appendDummies(row []float64, t int) []float64 {
	first := len(row)
	for range c.season - 1 {
		row = append(row, 0)
	}
	if place := t % c.season; place < c.season-1 {
		row[first+place] = 1
	}
	return row
}

// calibrate regresses history and path together on their own past, the season and a break near the
// end, and returns what the regression makes of the path.
func (c *card) calibrate(path Path) Path {
	n, m := len(c.y), c.season
	all := append(append(make([]float64, 0, n+len(path)), c.y...), path...)
	lagged := c.unitRoot && c.correlated && n > 4*m
	depth := 1
	if lagged {
		depth = m + 1
	}
	broken := n - min(2*m, (n+len(path))/2)
	if m == 1 {
		broken = n - min(8, n/2)
	}
	row := func(r []float64, t int) []float64 {
		r = append(r, 1)
		if c.unitRoot {
			r = append(r, all[t-1])
		}
		if lagged {
			r = append(r, all[t-m], all[t-m-1])
		}
		switch {
		case c.seasonal:
			r = c.appendDummies(r, t)
		case m > 1:
			angle := 2 * math.Pi * float64(t) / float64(m)
			r = append(r, math.Sin(angle), math.Cos(angle))
		}
		if n > 3*m && t >= broken {
			r = append(r, 1, float64(t-broken)/float64(max(m, 1)))
		} else if n > 3*m {
			r = append(r, 0, 0)
		}
		return r
	}
	rows := tabulate(depth, len(all), row)
	fit, ok := regress(rows, all[depth:])
	if !ok {
		return path
	}
	out := make(Path, len(path))
	for k := range out {
		out[k] = fit.value(rows[n+k-depth])
	}
	return out
}

// tabulate returns the rows from one time to another, all in one piece of memory.
func tabulate(from, to int, appendRow func(row []float64, t int) []float64) [][]float64 {
	width := len(appendRow(nil, from))
	backing := make([]float64, 0, width*(to-from))
	rows := make([][]float64, 0, to-from)
	for t := from; t < to; t++ {
		backing = appendRow(backing, t)
		rows = append(rows, backing[len(backing)-width:])
	}
	return rows
}
