package custom

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Config says how a model is trained; config.schema.json describes every field.
type Config struct {
	Version      int                          `json:"version"`
	Models       []string                     `json:"models"`
	Weighting    Weighting                    `json:"weighting"`
	Granularity  forecast.ForecastGranularity `json:"granularity,omitempty"`
	Horizon      int                          `json:"horizon"`
	LookbackDays int                          `json:"lookback_days,omitempty"`
	Levels       []float64                    `json:"levels"`
	Bounds       *Bounds                      `json:"bounds,omitempty"`
	Seed         int64                        `json:"seed"`
}

// Weighting says how models are combined.
type Weighting string

// The weightings.
const (
	ByValidation Weighting = "validation"
	Equally      Weighting = "equal"
	BestAlone    Weighting = "best"
)

// Bounds are the least and the greatest value of a metric; nil is no bound.
type Bounds struct {
	Lower *float64 `json:"lower,omitempty"`
	Upper *float64 `json:"upper,omitempty"`
}

// configVersion is the format that this package writes.
const configVersion = 1

// ParseConfig reads a configuration and fills in defaults; empty text is all defaults. What is no JSON
// or breaks the schema is InvalidInput with a pointer per field at fault.
func ParseConfig(text []byte) (Config, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}")
	}
	var document any
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&document); err != nil {
		return Config{}, fault.Wrap(err, fault.InvalidInput, "the model configuration is no JSON")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Config{}, fault.Invalid("", "the model configuration goes on after its end; give one JSON object")
	}
	if err := validate(document); err != nil {
		return Config{}, err
	}
	config := Config{Version: configVersion, Weighting: ByValidation, Horizon: 30, Levels: forecast.DefaultLevels()}
	if err := json.Unmarshal(text, &config); err != nil {
		return Config{}, fault.Wrap(err, fault.InvalidInput, "the model configuration cannot be read")
	}
	if len(config.Models) == 0 {
		config.Models = forecast.ModelFamilies()
	}
	slices.Sort(config.Models)
	_, err := forecast.New(config.options(config.Horizon))
	return config, err
}

// options are those of the engine, without a recipe.
func (c Config) options(horizon int) forecast.Options {
	bounds := forecast.Unbounded()
	if c.Bounds != nil {
		if c.Bounds.Lower != nil {
			bounds.Lower = *c.Bounds.Lower
		}
		if c.Bounds.Upper != nil {
			bounds.Upper = *c.Bounds.Upper
		}
	}
	return forecast.Options{Horizon: horizon, Granularity: c.Granularity, Levels: c.Levels, Bounds: bounds}
}

// recent returns the points of the latest days that the configuration asks for.
func (c Config) recent(points []forecast.UsageDataPoint) []forecast.UsageDataPoint {
	points = slices.DeleteFunc(slices.Clone(points), func(p forecast.UsageDataPoint) bool { return math.IsNaN(p.Value) })
	slices.SortStableFunc(points, func(a, b forecast.UsageDataPoint) int { return a.Timestamp.Compare(b.Timestamp) })
	if c.LookbackDays == 0 || len(points) == 0 {
		return points
	}
	from := points[len(points)-1].Timestamp.AddDate(0, 0, -c.LookbackDays)
	return slices.DeleteFunc(points, func(p forecast.UsageDataPoint) bool { return !p.Timestamp.After(from) })
}
