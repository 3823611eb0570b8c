package forecast

import "time"

// Outlook is a forecast of one series with what led to it.
type Outlook struct {
	SeriesID string
	// Forecast is the forecast itself; id, tenant, metric and time of making are the caller's to add.
	Forecast ForecastResult
	// Diagnostics tell how the forecast came about.
	Diagnostics Diagnostics
}

// Diagnostics tell how a forecast came about and how good it was in the rolling-origin validation.
type Diagnostics struct {
	// Start and History are the series as the models saw it: at even distances from Start, mended.
	Start   time.Time
	History []float64
	// Filled are the places in History at which nothing was measured.
	Filled []int
	// Weights are the models' parts in the combination, which sum to 1, in the engine's order.
	Weights []ModelWeight
	// Naive is the part that a naive forecast has instead of the combination, from 0 to 1: models that are
	// not better than one on a short or noisy series give way to it.
	Naive float64
	// Origins is the number of rolling origins from which models were judged.
	Origins int
	// Error and NaiveError are the mean absolute errors of the combination and of seasonal naive over
	// all rolling origins, in the unit of the series; NaN where there was no origin.
	Error, NaiveError float64
	// InUse says that the weights are those of the combination in use.
	InUse bool
	// Contest is how the fresh combination stood against the one in use; nil where none was held. The
	// forecast and the weights are the winner's.
	Contest *Contest
}

// ModelWeight is one model's part in a combination.
type ModelWeight struct {
	Model  string
	Weight float64
	// Error is the mean absolute error over all rolling origins, in the unit of the series.
	Error float64
}

// Outcome is an outlook, or why there is none.
type Outcome struct {
	Outlook Outlook
	Err     error
}
