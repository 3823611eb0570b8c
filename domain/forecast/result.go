package forecast

import "time"

// UsageDataPoint is one measurement.
type UsageDataPoint struct {
	Timestamp time.Time         `json:"timestamp"`
	Value     float64           `json:"value"`
	Metadata  map[string]string `json:"metadata,omitempty"`
}

// Prediction is what a metric is expected to be at an instant. Quantiles stand in the order of the
// forecast's levels and never cross; Value is the median.
type Prediction struct {
	Timestamp time.Time `json:"timestamp"`
	Value     float64   `json:"value"`
	Quantiles []float64 `json:"quantiles"`
}

// ForecastResult is a forecast of one metric of one tenant.
//
//nolint:revive // the name that the engine's interface has had from the start, in contracts and clients
type ForecastResult struct {
	ID          string              `json:"forecast_id"`
	TenantID    string              `json:"tenant_id"`
	Metric      ResourceMetric      `json:"metric"`
	Granularity ForecastGranularity `json:"granularity"`
	// Levels are the probabilities of the quantiles, rising; 0.1, 0.5 and 0.9 unless asked otherwise.
	Levels      []float64    `json:"levels"`
	Predictions []Prediction `json:"predictions"`

	Model string `json:"model_type"`
	// Seasonality is the strongest season found, for whoever looks for one to fill in.
	Seasonality SeasonalityType `json:"seasonality_detected"`
	// ConfidenceScore is max(0, 1 − MASE of the rolling-origin validation / MASE of the seasonal naive
	// forecast there), from 0 to 1; each the median over the origins.
	ConfidenceScore float64   `json:"confidence_score"`
	GeneratedAt     time.Time `json:"generated_at"`
	// Mended lists what was done to the data before it was used; nothing is dropped in silence.
	Mended []Mending `json:"mended,omitempty"`
}

// Mending says what was found wrong with a series and what was done about it.
type Mending struct {
	// Kind is gap, duplicate, irregular, counter_reset, outlier, ceiling, clock_change, trimmed or level_shift.
	Kind  string `json:"kind"`
	Count int    `json:"count"`
	Note  string `json:"note"`
}
