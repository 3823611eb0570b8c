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
func forecastWithEvents(forecaster *forecast.Forecaster, batch []forecast.Series, events []event.Event) []forecast.Outcome {
	plain := make([]forecast.Series, len(batch))
	for i, series := range batch {
		plain[i] = event.Without(series, events)
	}
	outcomes := forecaster.Batch(plain)
	for i := range outcomes {
		if outcomes[i].Err == nil && len(events) > 0 {
			event.Apply(&outcomes[i].Outlook, batch[i], events, forecaster.Options().Bounds)
		}
	}
	return outcomes
}
