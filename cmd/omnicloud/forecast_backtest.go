package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// backtest forecasts the past of every series and prints how good that was.
func (c *forecastCommand) backtest(ctx context.Context, std streams) error {
	span, err := parseSpan("--backtest", c.Backtest)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = "-"
	}
	forecaster, err := c.forecaster()
	if err != nil {
		return err
	}
	events, err := c.events()
	if err != nil {
		return err
	}
	predict := func(known []forecast.Series) []forecast.Outcome { return forecastWithEvents(forecaster, known, events) }
	levels := forecaster.Options().Levels
	if len(levels) < 2 {
		return usageError{errors.New("--backtest measures coverage between the lowest and the highest level; give --levels two at least")}
	}
	output, err := allocationfile.CreateOutput(c.Out, std.Out)
	if err != nil {
		return err
	}
	defer output.Discard()
	notes := newForecastNotes(std.Err, c.SkipShort)
	var total backtestMean
	var tests []forecast.Backtest
	err = c.each(ctx, std, func(batch []watched) error {
		for _, outcome := range forecaster.Backtest(seriesOf(batch), span, predict) {
			if left, err := notes.left(outcome.Err); left || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			total.add(outcome.Backtest)
			tests = append(tests, outcome.Backtest)
			notes.tested(outcome.Backtest, c.Backtest)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := notes.finish(c.source()); err != nil {
		return err
	}
	fmt.Fprintf(output, "MASE and coverage of the band %s to %s (ideal %.0f %%) of forecasts %d points ahead over the last %s:\n",
		seriesfile.LevelName(levels[0]), seriesfile.LevelName(levels[len(levels)-1]), 100*(levels[len(levels)-1]-levels[0]), c.Horizon, c.Backtest)
	printBacktests(output, append(tests, total.mean()))
	return output.Commit()
}

const (
	backtestHeader = "%-*s %9s %8s %8s %9s %11s %9s %10s %9s\n"
	backtestRow    = "%-*s %9d %7.1f%% %8s %8.1f%% %11s %8.1f%% %10s %8.1f%%\n"
)

// printBacktests prints a table whose first column is as wide as the names in it, within reason.
func printBacktests(to io.Writer, tests []forecast.Backtest) {
	const narrowest, widest = 12, 60
	width := narrowest
	for _, test := range tests {
		width = min(max(width, utf8.RuneCountInString(test.SeriesID)), widest)
	}
	fmt.Fprintf(to, backtestHeader, width, "series", "forecasts", "sMAPE", "MASE", "coverage", "naive MASE", "coverage", "line MASE", "coverage")
	for _, test := range tests {
		printBacktest(to, width, test)
	}
}

func printBacktest(to io.Writer, width int, b forecast.Backtest) {
	scaled := func(s forecast.Score) string {
		if math.IsNaN(s.MASE) {
			return "-"
		}
		return fmt.Sprintf("%.3f", s.MASE)
	}
	fmt.Fprintf(to, backtestRow, width, b.SeriesID, b.Origins, b.Engine.SMAPE,
		scaled(b.Engine), 100*b.Engine.Coverage, scaled(b.SeasonalNaive), 100*b.SeasonalNaive.Coverage,
		scaled(b.StraightLine), 100*b.StraightLine.Coverage)
}

// backtestMean is the mean over series, each counting once; a series without a scaled error counts in
// the other columns alone.
type backtestMean struct {
	sum            forecast.Backtest
	series, scaled int
}

func (m *backtestMean) add(b forecast.Backtest) {
	m.series++
	m.sum.Origins += b.Origins
	scaled := !math.IsNaN(b.Engine.MASE)
	if scaled {
		m.scaled++
	}
	for _, pair := range [][2]*forecast.Score{
		{&m.sum.Engine, &b.Engine}, {&m.sum.SeasonalNaive, &b.SeasonalNaive}, {&m.sum.StraightLine, &b.StraightLine},
	} {
		pair[0].SMAPE += pair[1].SMAPE
		pair[0].Coverage += pair[1].Coverage
		if scaled {
			pair[0].MASE += pair[1].MASE
		}
	}
}

func (m *backtestMean) mean() forecast.Backtest {
	b := m.sum
	b.SeriesID = fmt.Sprintf("mean of %d", m.series)
	for _, s := range []*forecast.Score{&b.Engine, &b.SeasonalNaive, &b.StraightLine} {
		s.SMAPE /= float64(m.series)
		s.Coverage /= float64(m.series)
		s.MASE /= float64(m.scaled)
	}
	return b
}
