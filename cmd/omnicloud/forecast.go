package main

import (
	"context"
	"errors"
	"runtime"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// forecastCommand runs the forecasting engine on a file of series.
type forecastCommand struct {
	In          string    `help:"CSV of series_id,timestamp,value, plain or .gz; - is standard input." placeholder:"FILE" required:""`
	Horizon     int       `help:"Number of points to forecast; with --backtest, how far each forecast of the past looks." placeholder:"N" required:""`
	Granularity string    `help:"Distance between points: hourly, daily, weekly or monthly; found from the timestamps by default." placeholder:"G"`
	Levels      []float64 `help:"Probabilities of the quantiles, rising." default:"0.1,0.5,0.9" placeholder:"P,..."`
	Bounds      string    `help:"Least and greatest value of the metric, such as 0,100; either may be empty." placeholder:"LOW,HIGH"`
	SkipShort   bool      `help:"Leave out series that are too short, and say so, instead of failing."`
	Backtest    string    `help:"Forecast this much of the past instead, such as 90d, and print how good that was." placeholder:"SPAN"`
	Out         string    `help:"CSV of series_id,timestamp and a column per level to write; - is standard output." placeholder:"FILE"`
}

// forecastBatch is how many series are forecast together: enough to pool their residuals, few enough
// to hold in memory. It is part of the result, so it does not depend on the machine.
const forecastBatch = 128

// Run forecasts, or tests on the past.
func (c *forecastCommand) Run(ctx context.Context, std streams) error {
	if c.Backtest != "" {
		return c.backtest(ctx, std)
	}
	if c.Out == "" {
		return usageError{errors.New("give --out a file to write, or - for standard output")}
	}
	if c.In != "-" && c.Out != "-" && sameFile(c.In, c.Out) {
		return usageError{errors.New("--out would overwrite what --in reads; name another file")}
	}
	forecaster, err := c.forecaster()
	if err != nil {
		return err
	}
	output, err := allocationfile.CreateOutput(c.Out, std.Out)
	if err != nil {
		return err
	}
	defer output.Discard()
	writer, err := seriesfile.NewWriter(output, forecaster.Options().Levels)
	if err != nil {
		return err
	}
	notes := newForecastNotes(std.Err, c.SkipShort)
	err = c.each(ctx, std, func(batch []forecast.Series) error {
		for i, outcome := range forecaster.Batch(batch) {
			if left, err := notes.left(outcome.Err); left || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			notes.mended(batch[i].ID, outcome.Outlook.Forecast.Mended)
			if err := writer.Write(batch[i].ID, outcome.Outlook.Forecast.Predictions); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := notes.finish(c.In); err != nil {
		return err
	}
	return output.Commit()
}

// each reads the file and hands it on in batches.
func (c *forecastCommand) each(ctx context.Context, std streams, use func([]forecast.Series) error) error {
	counter := newLineCounter(std.Err, "series")
	defer counter.finish()
	batch := make([]forecast.Series, 0, forecastBatch)
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := use(batch)
		counter.add(len(batch))
		batch = batch[:0]
		return err
	}
	err := seriesfile.Read(c.In, std.In, func(series forecast.Series) error {
		batch = append(batch, series)
		if len(batch) < forecastBatch {
			return nil
		}
		return flush()
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return flush()
}

// forecaster turns flags into an engine.
func (c *forecastCommand) forecaster() (*forecast.Forecaster, error) {
	bounds, err := parseBounds(c.Bounds)
	if err != nil {
		return nil, err
	}
	return forecast.New(forecast.Options{
		Horizon: c.Horizon, Granularity: forecast.Granularity(c.Granularity), Levels: c.Levels,
		Bounds: bounds, Workers: runtime.GOMAXPROCS(0),
	})
}
