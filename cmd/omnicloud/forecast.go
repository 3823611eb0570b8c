package main

import (
	"context"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// forecastCommand runs the forecasting engine on a file of series.
type forecastCommand struct {
	In          string    `help:"CSV of series_id,timestamp,value, plain or .gz; - is standard input." placeholder:"FILE"`
	Horizon     int       `help:"Number of points to forecast; with --backtest, how far each forecast of the past looks." placeholder:"N" required:""`
	Granularity string    `help:"Distance between points: hourly, daily, weekly or monthly; found from the timestamps by default." placeholder:"G"`
	Levels      []float64 `help:"Probabilities of the quantiles, rising." default:"0.1,0.5,0.9" placeholder:"P,..."`
	Bounds      string    `help:"Least and greatest value of the metric, such as 0,100; either may be empty." placeholder:"LOW,HIGH"`
	SkipShort   bool      `help:"Leave out series that are too short, and say so, instead of failing."`
	Backtest    string    `help:"Forecast this much of the past instead, such as 90d, and print how good that was." placeholder:"SPAN"`
	Plot        string    `help:"Draw each series into this folder as SVG: history, forecast, band, regimes, capacity." placeholder:"DIR"`
	Capacity    *float64  `help:"How much there is of what is measured: say when each series runs out. Prometheus metrics name their own." placeholder:"N"`
	Events      string    `help:"CSV of name,from,until and perhaps series_id,effect: holidays, launches and the like." placeholder:"FILE"`
	Out         string    `help:"CSV of series_id,timestamp and a column per level to write; - is standard output." placeholder:"FILE"`
	prometheusFlags
}

// forecastBatch is how many series are forecast together: enough to pool their residuals, few enough
// to hold in memory. It is part of the result, so it does not depend on the machine.
const forecastBatch = 128

// laxCollection lets the heap grow to three times what is in use, some twenty megabytes, before garbage is collected.
const laxCollection = 200

// Run forecasts, or tests on the past.
func (c *forecastCommand) Run(ctx context.Context, std streams) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Backtest != "" {
		return c.backtest(ctx, std)
	}
	output, err := allocationfile.CreateOutput(c.Out, std.Out)
	if err != nil {
		return err
	}
	defer output.Discard()
	if err := c.forecastTo(ctx, std, output); err != nil {
		return err
	}
	return output.Commit()
}

// forecastTo forecasts every series into an output.
func (c *forecastCommand) forecastTo(ctx context.Context, std streams, output io.Writer) error {
	defer debug.SetGCPercent(debug.SetGCPercent(laxCollection))
	forecaster, err := c.forecaster()
	if err != nil {
		return err
	}
	writer, err := seriesfile.NewWriter(output, forecaster.Options().Levels)
	if err != nil {
		return err
	}
	gallery, err := newForecastGallery(c.Plot)
	if err != nil {
		return err
	}
	events, err := c.events()
	if err != nil {
		return err
	}
	notes := newForecastNotes(std.Err, c.SkipShort)
	notes.expect(events)
	err = c.each(ctx, std, func(batch []watched) error {
		for i, outcome := range forecastWithEvents(forecaster, seriesOf(batch), events) {
			notes.seen(batch[i].series.ID)
			if left, err := notes.left(outcome.Err); err != nil {
				return err
			} else if left {
				continue
			}
			if err := writer.Write(batch[i].series.ID, outcome.Outlook.Forecast.Predictions); err != nil {
				return err
			}
			if err := tell(batch[i], outcome.Outlook, notes, gallery); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return notes.finish(c.source())
}

// tell says and draws what a forecast shows beside its numbers.
func tell(w watched, outlook forecast.Outlook, notes *forecastNotes, gallery forecastGallery) error {
	notes.mended(w.series.ID, outlook.Forecast.Mended)
	if err := notes.exhaustion(w, outlook.Forecast); err != nil {
		return err
	}
	return gallery.add(w, outlook)
}

// source names what is read.
func (c *forecastCommand) source() string {
	if c.Prometheus != "" {
		return "Prometheus"
	}
	return c.In
}

// each reads the file, or asks Prometheus, and hands series on in batches.
func (c *forecastCommand) each(ctx context.Context, std streams, use func([]watched) error) error {
	counter := newLineCounter(std.Err, "series")
	defer counter.finish()
	batch := make([]watched, 0, forecastBatch)
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := use(batch)
		counter.add(len(batch))
		batch = batch[:0]
		return err
	}
	add := func(w watched) error {
		batch = append(batch, w)
		if len(batch) < forecastBatch {
			return nil
		}
		return flush()
	}
	if err := c.read(ctx, std, add); err != nil || len(batch) == 0 {
		return err
	}
	return flush()
}

// read hands on every series of the source.
func (c *forecastCommand) read(ctx context.Context, std streams, use func(watched) error) error {
	var limit *capacity.Capacity
	if c.Capacity != nil {
		constant := capacity.Constant(*c.Capacity)
		limit = &constant
	}
	if c.Prometheus == "" {
		return seriesfile.Read(c.In, std.In, func(series forecast.Series) error { return use(watched{series: series, limit: limit}) })
	}
	found, err := c.prometheusFlags.read(ctx, std, forecast.ForecastGranularity(c.Granularity))
	if err != nil {
		return err
	}
	for _, w := range found {
		if w.limit == nil {
			w.limit = limit
		}
		if err := c.checkDates(w.limit); err != nil {
			return err
		}
		if err := use(w); err != nil {
			return err
		}
	}
	return nil
}

// forecaster turns flags into an engine.
func (c *forecastCommand) forecaster() (*forecast.Forecaster, error) {
	bounds, err := parseBounds(c.Bounds)
	if err != nil {
		return nil, err
	}
	return forecast.New(forecast.Options{
		Horizon: c.Horizon, Granularity: forecast.ForecastGranularity(c.Granularity), Levels: c.Levels,
		Bounds: bounds, Workers: runtime.GOMAXPROCS(0),
	})
}
