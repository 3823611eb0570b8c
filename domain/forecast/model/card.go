package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
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
	if len(task.longEnough(cardLeast)) == 0 {
		return []Candidate{out}
	}
	room := borrow()
	defer room.giveBack()
	logs := make([]float64, len(task.Values))
	for i, v := range task.Values {
		logs[i] = math.Log(v)
	}
	for i, origin := range task.longEnough(cardLeast) {
		season := task.cycle(origin)
		from := max(0, origin-cardReach(season))
		history, log := task.Values[from:origin], positive(task.Values[from:origin])
		if log {
			history = logs[from:origin]
		}
		out.Paths[i] = newCard(history, log, season, room).path(task.Horizon)
		room.again()
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
	room       *room
}

// newCard tests a history, whose logarithm is given where log is set. It works in the room.
func newCard(y []float64, log bool, season int, room *room) *card {
	c := &card{y: y, season: season, log: log, room: room}
	differences := floats.SubTo(room.take(len(y)-1), y[1:], y[:len(y)-1])
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
	means := c.room.zeros(m)
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
	correlations := autocorrelations(c.z, c.season, c.room)
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
	all := c.room.take(n + len(path))
	copy(all, c.y)
	copy(all[n:], path)
	lagged := c.unitRoot && c.correlated && n > 4*m
	depth, places := 1, 1
	if lagged {
		depth = m + 1
	}
	past := func(lag int) []float64 { return all[depth-lag : len(all)-lag] }
	columns := make([][]float64, 0, 5)
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
		columns = append(columns, c.wave(math.Sin, depth, len(all)), c.wave(math.Cos, depth, len(all)))
	}
	if n > 3*m {
		columns = append(columns, c.jump(depth, len(all))...)
	}
	fit, ok := regress(columns, all[depth:], depth, places, c.room)
	if !ok {
		return path
	}
	row := c.room.take(len(columns))
	for k := range path {
		for i, column := range columns {
			row[i] = column[n+k-depth]
		}
		path[k] = fit.value(n+k, row)
	}
	return path
}

// jump returns a step near the end of the history and a line from there on, at the times from one to
// another.
func (c *card) jump(from, to int) [][]float64 {
	n, m := len(c.y), c.season
	at := n - min(2*m, to/2)
	if m == 1 {
		at = n - min(8, n/2)
	}
	step, line := c.room.zeros(to-from), c.room.zeros(to-from)
	for t := max(at, from); t < to; t++ {
		step[t-from], line[t-from] = 1, float64(t-at)/float64(m)
	}
	return [][]float64{step, line}
}

// wave is a sine or cosine of the period of the season at the times from one to another.
func (c *card) wave(of func(float64) float64, from, to int) []float64 {
	out, season := c.room.take(to-from), c.season
	for i := range out {
		if i < season {
			out[i] = of(2 * math.Pi * float64(from+i) / float64(season))
		} else {
			out[i] = out[i-season]
		}
	}
	return out
}
