package main

import (
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
)

// events reads the file of events, if there is one.
func (c *forecastCommand) events() ([]event.Event, error) {
	if c.Events == "" {
		return nil, nil
	}
	return seriesfile.ReadEvents(c.Events)
}

// seriesOf returns the series of a batch.
func seriesOf(batch []watched) []forecast.Series {
	series := make([]forecast.Series, len(batch))
	for i, w := range batch {
		series[i] = w.series
	}
	return series
}

// forecastWithEvents forecasts a batch from what its history is without events, and lets those to come
// do what past ones did.
func forecastWithEvents(forecaster *forecast.Forecaster, batch []watched, events []event.Event) []forecast.Outcome {
	series := seriesOf(batch)
	for i := range series {
		series[i] = event.Without(series[i], events)
	}
	outcomes := forecaster.Batch(series)
	for i := range outcomes {
		if outcomes[i].Err == nil && len(events) > 0 {
			event.Apply(&outcomes[i].Outlook, batch[i].series, events, forecaster.Options().Bounds)
		}
	}
	return outcomes
}
