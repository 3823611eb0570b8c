package custom

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Model is a trained model. Its fields are its serialised form.
type Model struct {
	// Format is the version of this form.
	Format int `json:"format"`
	// ID is made from everything else: equal models have equal ids.
	ID       string                  `json:"model_id"`
	TenantID string                  `json:"tenant_id"`
	Metric   forecast.ResourceMetric `json:"metric"`
	// Version counts the models of a tenant and metric from 1.
	Version int    `json:"version"`
	Config  Config `json:"config"`
	// Granularity is the one found or asked for.
	Granularity forecast.ForecastGranularity `json:"granularity"`
	// Weights are the candidates that count and their parts, which sum to 1.
	Weights map[string]float64 `json:"weights"`
	// Points is how many points were used, the last at TrainedUntil; DataHash is their SHA-256.
	Points       int       `json:"points"`
	TrainedUntil time.Time `json:"trained_until"`
	DataHash     string    `json:"data_hash"`
	// Origins is the number of rolling origins; Error and NaiveError are the mean absolute errors there
	// of the models weighed by validation and of seasonal naive, nil where there were none.
	Origins    int      `json:"origins"`
	Error      *float64 `json:"validation_error"`
	NaiveError *float64 `json:"naive_error"`
}

// modelFormat is the form that this package writes.
const modelFormat = 1

// Request is what a model is trained for, and on.
type Request struct {
	TenantID string
	Metric   forecast.ResourceMetric
	// Version is the model's number among those of the tenant and metric, from 1.
	Version int
	Data    []forecast.UsageDataPoint
	Config  Config
}

// TrainCustomModel weighs the configured models on data. Too little data is a *forecast.ShortSeriesError;
// other input that cannot be is InvalidInput. Get the configuration from ParseConfig.
func TrainCustomModel(r Request) (Model, error) {
	if r.Version < 1 {
		return Model{}, fault.Invalid("/version", "the version %d is not from 1 up", r.Version)
	}
	if len(r.Config.Models) == 0 || r.Config.Version != configVersion {
		return Model{}, fault.Invalid("/config", "the configuration was not read by ParseConfig")
	}
	points := r.Config.recent(r.Data)
	name := fmt.Sprintf("%s of %s", r.Metric, r.TenantID)
	options := r.Config.options(r.Config.Horizon)
	options.Recipe = forecast.Recipe{Families: r.Config.Models}
	engine, err := forecast.New(options)
	if err != nil {
		return Model{}, err
	}
	outlook, err := engine.Forecast(forecast.Series{ID: name, Points: points})
	if err != nil {
		return Model{}, err
	}
	d := outlook.Diagnostics
	m := Model{
		Format: modelFormat, TenantID: r.TenantID, Metric: r.Metric, Version: r.Version, Config: r.Config,
		Granularity: outlook.Forecast.Granularity, Weights: r.Config.weights(d.Weights), Points: len(points),
		TrainedUntil: points[len(points)-1].Timestamp.UTC(), DataHash: hash(points),
		Origins: d.Origins, Error: finite(d.Error), NaiveError: finite(d.NaiveError),
	}
	m.ID, err = m.fingerprint()
	return m, err
}

// weights turns what validation found into the configured weighting; none for a constant series, which
// every model continues alike.
func (c Config) weights(found []forecast.ModelWeight) map[string]float64 {
	weights := make(map[string]float64, len(found))
	best := 0
	for i, w := range found {
		if w.Error < found[best].Error {
			best = i
		}
	}
	for i, w := range found {
		switch c.Weighting {
		case Equally:
			weights[w.Model] = 1 / float64(len(found))
		case BestAlone:
			if i == best {
				weights[w.Model] = 1
			}
		default:
			weights[w.Model] = w.Weight
		}
	}
	return weights
}

// Forecast forecasts a history with the trained weights; the horizon is in points of the model's
// granularity. Errors are the engine's.
func (m Model) Forecast(history []forecast.UsageDataPoint, horizon int) (forecast.Outlook, error) {
	options := m.Config.options(horizon)
	options.Granularity = m.Granularity
	if len(m.Weights) > 0 {
		options.Recipe.Weights = m.Weights
	} else {
		options.Recipe.Families = m.Config.Models
	}
	engine, err := forecast.New(options)
	if err != nil {
		return forecast.Outlook{}, err
	}
	outlook, err := engine.Forecast(forecast.Series{ID: fmt.Sprintf("%s of %s", m.Metric, m.TenantID), Points: m.Config.recent(history)})
	if err != nil {
		return forecast.Outlook{}, err
	}
	outlook.Forecast.TenantID, outlook.Forecast.Metric, outlook.Forecast.Model = m.TenantID, m.Metric, m.ID
	return outlook, nil
}

// Marshal returns the serialised form: indented JSON with a fixed order of fields.
func (m Model) Marshal() ([]byte, error) { return json.MarshalIndent(m, "", "  ") }

// Unmarshal reads a serialised model. An unknown format or field is InvalidInput; a model whose content
// does not give its id is Tampered.
func Unmarshal(text []byte) (Model, error) {
	var m Model
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&m); err != nil {
		return m, fault.Wrap(err, fault.InvalidInput, "the serialised model cannot be read")
	}
	if m.Format != modelFormat {
		return m, fault.New(fault.InvalidInput, "the serialised model has format %d; this program reads format %d", m.Format, modelFormat)
	}
	id, err := m.fingerprint()
	if err != nil {
		return m, err
	}
	if id != m.ID {
		return m, fault.New(fault.Tampered, "the serialised model says that it is %s, but its content is %s; train it anew", m.ID, id)
	}
	return m, nil
}

// fingerprint makes an id from the serialised form without one.
func (m Model) fingerprint() (string, error) {
	m.ID = ""
	text, err := m.Marshal()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return "custom-" + hex.EncodeToString(sum[:12]), nil
}

// hash returns the SHA-256 of points in order of time: nanoseconds and the bits of the value.
func hash(points []forecast.UsageDataPoint) string {
	h := sha256.New()
	var word [16]byte
	for _, p := range points {
		binary.BigEndian.PutUint64(word[:8], uint64(p.Timestamp.UnixNano())) // the bits are hashed
		binary.BigEndian.PutUint64(word[8:], math.Float64bits(p.Value))
		h.Write(word[:])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
