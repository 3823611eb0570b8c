package forecast

import (
	"math"
	"time"
)

// Backtest is how good forecasts of a series' past would have been: this engine's, seasonal naive's
// and a straight line's, each made only from what was known at its origin.
type Backtest struct {
	SeriesID string
	// Origins is the number of forecasts, Points the number of outcomes that they were compared with.
	Origins, Points int
	// From is the first instant that was forecast; Short says that the history did not let the whole span be.
	From          time.Time
	Short         bool
	Engine        Score
	SeasonalNaive Score
	StraightLine  Score
}

// Score is the error and the coverage of forecasts.
type Score struct {
	// MAE is the mean absolute error of the median, in the unit of the series.
	MAE float64
	// MASE is the MAE over the mean absolute difference of values one season apart in the history
	// (Hyndman and Koehler 2006); NaN where that is zero.
	MASE float64
	// SMAPE is the mean of 2·|error| over |outcome|+|forecast|, in percent, from 0 to 200.
	SMAPE float64
	// Coverage is the share of outcomes between the lowest and the highest level, from 0 to 1.
	Coverage float64
}

// BacktestOutcome is a backtest, or why there is none.
type BacktestOutcome struct {
	Backtest Backtest
	Err      error
}

// Backtest forecasts the last span of every series as if it had not yet happened, one horizon after
// the other, and scores the forecasts. They are made by predict, which gets what was known at an origin
// and answers as Batch does, or by Batch itself where it is nil. A series that would have had too little
// history at every origin is a *ShortSeriesError.
func (f *Forecaster) Backtest(batch []Series, span time.Duration, predict func([]Series) []Outcome) []BacktestOutcome {
	if predict == nil {
		predict = f.Batch
	}
	outcomes := make([]BacktestOutcome, len(batch))
	tests := make([]*backtest, len(batch))
	rounds := 0
	for i, series := range batch {
		tests[i], outcomes[i].Err = f.newBacktest(series, span)
		if tests[i] != nil {
			rounds = max(rounds, len(tests[i].origins))
		}
	}
	for round := range rounds {
		var pieces []Series
		var owners []*backtest
		for _, test := range tests {
			if test != nil && round < len(test.origins) {
				pieces = append(pieces, test.piece(round))
				owners = append(owners, test)
			}
		}
		for i, outcome := range predict(pieces) {
			owners[i].score(round, outcome, f.options.Levels)
		}
	}
	for i, test := range tests {
		if test != nil {
			outcomes[i] = BacktestOutcome{test.result(), test.err}
		}
	}
	return outcomes
}

// backtest is one series being tested.
type backtest struct {
	id      string
	grid    *grid
	origins []int
	horizon int
	short   bool
	scale   float64
	tallies [3]tally
	err     error
}

func (f *Forecaster) newBacktest(series Series, span time.Duration) (*backtest, error) {
	g, err := regularise(series, f.options.Granularity)
	if err != nil {
		return nil, err
	}
	test := &backtest{id: series.ID, grid: g, horizon: f.options.Horizon}
	n := len(g.values)
	last := g.at(n - 1)
	for origin := n - test.horizon; ; origin -= test.horizon {
		if origin < g.granularity.leastPoints() {
			test.short = true
			break
		}
		if last.Sub(g.at(origin-1)) > span && len(test.origins) > 0 {
			break
		}
		test.origins = append(test.origins, origin)
	}
	if len(test.origins) == 0 {
		if n < g.granularity.leastPoints() {
			return nil, &ShortSeriesError{SeriesID: series.ID, Granularity: g.granularity, Points: n}
		}
		return nil, &ShortSeriesError{SeriesID: series.ID, Granularity: g.granularity, Points: n, Horizon: test.horizon}
	}
	return test, nil
}

// piece is what was known at an origin.
func (b *backtest) piece(round int) Series {
	points := make([]UsageDataPoint, b.origins[round])
	for i := range points {
		points[i] = UsageDataPoint{Timestamp: b.grid.at(i), Value: b.grid.values[i]}
	}
	return Series{ID: b.id, Points: points}
}

// score compares a round's forecasts with what happened.
func (b *backtest) score(round int, outcome Outcome, levels []float64) {
	if outcome.Err != nil {
		b.err = outcome.Err
		return
	}
	history := outcome.Outlook.Diagnostics.History
	season := seasonFor(b.grid.granularity, len(history))
	// What was measured scales errors, since what predict made of it may differ from one to another.
	if scale := meanDifference(b.grid.values[:b.origins[round]], season); scale > 0 {
		b.scale += scale / float64(len(b.origins))
	}
	low, high := levels[0], levels[len(levels)-1]
	naive := naiveBands(history, season, b.horizon, low, high)
	line := lineBands(history, b.horizon, low, high)
	// Where the last points before an origin are missing, the forecast begins with them.
	first := b.origins[round]
	for math.IsNaN(b.grid.values[first-1]) {
		first--
	}
	for k, p := range outcome.Outlook.Forecast.Predictions {
		actual := b.grid.values[first+k]
		if math.IsNaN(actual) {
			continue
		}
		b.tallies[0].add(actual, band{p.Quantiles[0], p.Value, p.Quantiles[len(levels)-1]})
		b.tallies[1].add(actual, naive[k])
		b.tallies[2].add(actual, line[k])
	}
}

func (b *backtest) result() Backtest {
	return Backtest{
		SeriesID: b.id, Origins: len(b.origins), Points: b.tallies[0].count,
		From: b.grid.at(b.origins[len(b.origins)-1]), Short: b.short,
		Engine: b.tallies[0].score(b.scale), SeasonalNaive: b.tallies[1].score(b.scale), StraightLine: b.tallies[2].score(b.scale),
	}
}
