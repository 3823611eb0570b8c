package forecast

import (
	"fmt"
	"math"
	"runtime/debug"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Forecaster forecasts series under one set of options. It is safe for concurrent use.
type Forecaster struct{ options Options }

// New returns a forecaster. Options that cannot be are InvalidInput.
func New(options Options) (*Forecaster, error) {
	options, err := options.check()
	if err != nil {
		return nil, err
	}
	return &Forecaster{options}, nil
}

// Options returns the options with their defaults filled in.
func (f *Forecaster) Options() Options { return f.options }

// Forecast forecasts one series on its own. A series with too little history is a *ShortSeriesError,
// whose code is InvalidInput; a series whose stamps span more than maxGridPoints is InvalidInput.
func (f *Forecaster) Forecast(series Series) (Outlook, error) {
	outcome := f.Batch([]Series{series})[0]
	return outcome.Outlook, outcome.Err
}

// Batch forecasts series that are alike, such as the same metric of many machines: the shape of their
// residuals is pooled. Outcomes stand in the order of the series and are the same whatever the number
// of workers. A series on which the engine panics is Internal, and the others are forecast all the same.
func (f *Forecaster) Batch(batch []Series) []Outcome {
	outcomes := make([]Outcome, len(batch))
	drafts := make([]*draft, len(batch))
	f.each(len(batch), func(i int) {
		outcomes[i].Err = recovered(batch[i].ID, func() (err error) {
			drafts[i], err = f.draft(batch[i])
			return err
		})
	})

	pools := map[ForecastGranularity]tails{}
	prior := priorTails(f.options.Levels)
	for _, g := range Granularities() {
		var sample []float64
		for _, d := range drafts {
			if d != nil && d.grid.granularity == g {
				sample = append(sample, d.standardised...)
			}
		}
		pools[g] = shape(sample, f.options.Levels, prior)
	}
	f.each(len(batch), func(i int) {
		if d := drafts[i]; d != nil {
			outcomes[i].Err = recovered(batch[i].ID, func() error {
				outcomes[i].Outlook = f.finish(batch[i].ID, d, pools[d.grid.granularity])
				return nil
			})
		}
	})
	return outcomes
}

// recovered makes a panic of work on a series an Internal error that names it: a worker's panic would end a
// process that forecasts thousands of others.
func recovered(seriesID string, work func() error) (err error) {
	defer func() {
		if why := recover(); why != nil {
			err = fault.Wrap(fmt.Errorf("%v\n%s", why, debug.Stack()), fault.Internal,
				"a defect of the engine keeps series %q from being forecast: %v", seriesID, why)
		}
	}()
	return work()
}

// each calls do for 0 to n−1 on the workers.
func (f *Forecaster) each(n int, do func(i int)) {
	next := make(chan int)
	var running sync.WaitGroup
	for range min(f.options.Workers, n) {
		running.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	running.Wait()
}

// draft is a series forecast, but for the shape of its band.
type draft struct {
	grid         *grid
	unit         float64
	path, spread []float64 // scaled
	standardised []float64
	trial        *trial
	contest      *Contest // errors scaled
	inUse        bool
}

// maxModelled is how many of the last points models see: seven months of hours, thirteen years of days.
// What is older costs time and memory, and no longer resembles what is to come.
const maxModelled = 5000

// prepare mends a series and scales what models see of it. A constant series needs no model: its draft is
// done, and nothing is left to be modelled.
func (f *Forecaster) prepare(series Series) (d *draft, scaled []float64, err error) {
	g, err := regularise(series, f.options.Granularity)
	if err != nil {
		return nil, nil, err
	}
	if err := g.checkLength(series.ID); err != nil {
		return nil, nil, err
	}
	g.mend(g.granularity.seasons(), f.options.Bounds)
	values := g.values
	if older := len(values) - maxModelled; older > 0 {
		g.mended = append(g.mended, Mending{
			Kind: "trimmed", Count: older, Note: fmt.Sprintf("models see the last %d points; older ones no longer count", maxModelled),
		})
		values = values[older:]
	}
	d = &draft{grid: g, unit: unit(values)}
	scaled = over(values, d.unit)
	if brought := g.onLastLevel(scaled, d.unit); brought != nil {
		again := unit(brought)
		scaled = over(brought, again)
		d.unit *= again
	}
	if isConstant(scaled) {
		d.path, d.spread = make([]float64, f.options.Horizon), make([]float64, f.options.Horizon)
		for k := range d.path {
			d.path[k] = scaled[0]
		}
		return d, nil, nil
	}
	return d, scaled, nil
}

// draft mends a series and runs the models.
func (f *Forecaster) draft(series Series) (*draft, error) {
	d, scaled, err := f.prepare(series)
	if err != nil || scaled == nil {
		return d, err
	}
	recipe := f.options.Recipe
	d.trial = run(scaled, d.grid.granularity, f.options.Horizon, func(name string) bool {
		return recipe.Weights[name] > 0 || series.InUse[name] > 0
	})
	if err := d.trial.restrict(recipe, series.ID); err != nil {
		return nil, err
	}
	if f.options.Contest {
		held := d.trial.contest(series.InUse)
		d.contest, d.inUse = &held, !held.Promoted
	} else if fixed := d.trial.fixed(series.InUse); fixed != nil {
		d.trial.fix(fixed)
		d.inUse = true
	}
	d.trial.blend()
	if recipe.isEmpty() {
		d.trial.guard(d.grid.granularity)
	}
	d.path = d.trial.blended[0]
	r := d.trial.residuals()
	if d.spread = r.spread(-1); d.spread == nil {
		d.spread = fallbackSpread(scaled, f.options.Horizon)
	}
	floats.Scale(size(d.path), d.spread)
	d.standardised = r.standardised()
	return d, nil
}

// finish puts the band around a draft.
func (f *Forecaster) finish(id string, d *draft, pooled tails) Outlook {
	o := f.options
	result := ForecastResult{
		Granularity: d.grid.granularity, Levels: o.Levels, Mended: d.grid.mended,
		Model: "constant", ConfidenceScore: 1,
		Predictions: make([]Prediction, o.Horizon),
	}
	band := pooled.quantiles(d.path, d.spread)
	for k, row := range band {
		for i := range row {
			row[i] = o.Bounds.Clip(row[i] * d.unit)
		}
		result.Predictions[k] = Prediction{
			Timestamp: d.grid.at(len(d.grid.values) + k), Value: o.Bounds.Clip(d.path[k] * d.unit), Quantiles: row,
		}
	}
	outlook := Outlook{SeriesID: id, Forecast: result}
	outlook.Diagnostics = Diagnostics{Start: d.grid.at(0), History: d.grid.values, Filled: d.grid.filled, Error: math.NaN(), NaiveError: math.NaN()}
	if d.trial != nil {
		d.trial.describe(&outlook, d.unit)
	}
	outlook.Diagnostics.InUse = d.inUse
	if held := d.contest; held != nil {
		held.Challenger, held.InUse = held.Challenger*d.unit, held.InUse*d.unit
		outlook.Diagnostics.Contest = held
	}
	return outlook
}
