package custom

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// days is daily usage with a week's pattern and noise that is always the same.
func days(n int) []forecast.UsageDataPoint {
	noise := rand.New(rand.NewPCG(1, 2))
	points := make([]forecast.UsageDataPoint, n)
	for k := range points {
		points[k] = forecast.UsageDataPoint{
			Timestamp: time.Date(2026, 1, 1+k, 0, 0, 0, 0, time.UTC),
			Value:     100 + 0.3*float64(k) + 20*math.Sin(2*math.Pi*float64(k)/7) + 3*noise.NormFloat64(),
		}
	}
	return points
}

func trained(t *testing.T, config string, data []forecast.UsageDataPoint) Model {
	t.Helper()
	c, err := ParseConfig([]byte(config))
	require.NoError(t, err)
	m, err := TrainCustomModel(Request{TenantID: "acme", Metric: forecast.RequestRate, Version: 1, Data: data, Config: c})
	require.NoError(t, err)
	return m
}

func TestConfig(t *testing.T) {
	t.Run("has defaults", func(t *testing.T) {
		for _, text := range []string{"", " \n", "{}"} {
			c, err := ParseConfig([]byte(text))
			require.NoError(t, err)
			assert.Equal(t, ByValidation, c.Weighting)
			assert.Equal(t, 30, c.Horizon)
			assert.Equal(t, forecast.DefaultLevels(), c.Levels)
			assert.ElementsMatch(t, forecast.ModelFamilies(), c.Models)
		}
	})
	for text, want := range map[string]struct{ pointer, message string }{
		`{"horizon": 0}`:                       {"/horizon", "/horizon is 0; it must be at least 1"},
		`{"horizon": 10001}`:                   {"/horizon", "/horizon is 10001; it must be at most 10000"},
		`{"horizon": 1.5}`:                     {"/horizon", "/horizon must be of type integer"},
		`{"horizon": "30"}`:                    {"/horizon", "/horizon must be of type integer"},
		`{"models": []}`:                       {"/models", "/models has 0 entries; it must have at least 1"},
		`{"models": ["theta","theta"]}`:        {"/models", "/models has the entry theta twice"},
		`{"models": ["theta","lstm"]}`:         {"/models/1", "/models/1 is lstm; it must be one of seasonal_naive, theta"},
		`{"models": "theta"}`:                  {"/models", "/models must be of type array"},
		`{"weighting": "guess"}`:               {"/weighting", "/weighting is guess; it must be one of validation, equal, best"},
		`{"granularity": "yearly"}`:            {"/granularity", "it must be one of hourly, daily, weekly, monthly"},
		`{"lookback_days": 13}`:                {"/lookback_days", "it must be at least 14"},
		`{"levels": [0.5, 1]}`:                 {"/levels/1", "/levels/1 is 1; it must be below 1"},
		`{"levels": [0]}`:                      {"/levels/0", "/levels/0 is 0; it must be above 0"},
		`{"levels": [0.9, 0.1]}`:               {"/levels", "do not rise"},
		`{"bounds": {"upper": "x"}}`:           {"/bounds/upper", "/bounds/upper must be of type number"},
		`{"bounds": {"lower": 5, "upper": 1}}`: {"/bounds", "hold no value between them"},
		`{"bounds": {"a/b": 5}}`:               {"/bounds/a~1b", "is not a field of the configuration"},
		`{"learning_rate": 0.1}`:               {"/learning_rate", "/learning_rate is not a field of the configuration"},
		`{"version": 2}`:                       {"/version", "/version is 2; it must be one of 1"},
		`{"seed": -1}`:                         {"/seed", "it must be at least 0"},
		`[]`:                                   {"", "the configuration must be of type object"},
		`null`:                                 {"", "the configuration must be of type object"},
		`{} {}`:                                {"", "goes on after its end"},
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			_, err := ParseConfig([]byte(text))
			var coded *fault.Error
			require.ErrorAs(t, err, &coded)
			assert.Equal(t, fault.InvalidInput, coded.Code)
			require.Len(t, coded.Fields, 1)
			assert.Equal(t, want.pointer, coded.Fields[0].Pointer)
			assert.Contains(t, coded.Message, want.message)
		})
	}
	t.Run("refuses what is no JSON", func(t *testing.T) {
		_, err := ParseConfig([]byte(`{"horizon":`))
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
	t.Run("names every field at fault, in order", func(t *testing.T) {
		_, err := ParseConfig([]byte(`{"seed": -1, "horizon": 0, "x": 1}`))
		var coded *fault.Error
		require.ErrorAs(t, err, &coded)
		var pointers []string
		for _, f := range coded.Fields {
			pointers = append(pointers, f.Pointer)
		}
		assert.Equal(t, []string{"/horizon", "/seed", "/x"}, pointers)
		assert.Contains(t, coded.Message, "(and 2 more)")
	})
	t.Run("ships a schema that names the engine's models", func(t *testing.T) {
		var names []string
		for _, name := range schema.Properties["models"].Items.Enum {
			names = append(names, name.(string))
		}
		assert.Equal(t, forecast.ModelFamilies(), names)
		assert.True(t, json.Valid(Schema()))
	})
}

func TestTraining(t *testing.T) {
	data := days(120)
	first := trained(t, `{"models": ["theta", "ets", "seasonal_naive"], "horizon": 14, "seed": 7}`, data)

	t.Run("gives the same bytes for the same data and seed, in any order", func(t *testing.T) {
		shuffled := slices.Clone(data)
		rand.New(rand.NewPCG(3, 4)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again := trained(t, `{"seed": 7, "horizon": 14, "models": ["seasonal_naive", "ets", "theta"]}`, shuffled)
		a, err := first.Marshal()
		require.NoError(t, err)
		b, err := again.Marshal()
		require.NoError(t, err)
		assert.Equal(t, string(a), string(b))
	})
	t.Run("gives another id for other data, seed or configuration", func(t *testing.T) {
		other := days(120)
		other[60].Value++
		ids := map[string]bool{first.ID: true}
		ids[trained(t, `{"models": ["theta", "ets", "seasonal_naive"], "horizon": 14, "seed": 7}`, other).ID] = true
		ids[trained(t, `{"models": ["theta", "ets", "seasonal_naive"], "horizon": 14, "seed": 8}`, data).ID] = true
		ids[trained(t, `{"models": ["theta", "ets"], "horizon": 14, "seed": 7}`, data).ID] = true
		assert.Len(t, ids, 4)
	})
	t.Run("weighs only the models chosen, to a sum of one", func(t *testing.T) {
		sum := 0.0
		for name, weight := range first.Weights {
			assert.Regexp(t, `^(theta|ets|seasonal_naive)`, name)
			sum += weight
		}
		assert.InDelta(t, 1, sum, 1e-9)
		assert.Positive(t, *first.NaiveError)
	})
	t.Run("takes the best alone, or all alike", func(t *testing.T) {
		best := trained(t, `{"models": ["theta", "seasonal_naive"], "weighting": "best"}`, data)
		assert.Len(t, best.Weights, 1)
		alike := trained(t, `{"models": ["theta", "seasonal_naive"], "weighting": "equal"}`, data).Weights
		assert.Equal(t, map[string]float64{"theta": 1. / 3, "theta_levels": 1. / 3, "seasonal_naive": 1. / 3}, alike)
	})
	t.Run("looks back no further than asked", func(t *testing.T) {
		assert.Equal(t, 30, trained(t, `{"models": ["theta"], "lookback_days": 30, "horizon": 5}`, data).Points)
	})
	t.Run("forecasts through the engine's own result", func(t *testing.T) {
		outlook, err := first.Forecast(data, 14)
		require.NoError(t, err)
		f := outlook.Forecast
		assert.Equal(t, first.ID, f.Model)
		assert.Equal(t, "acme", f.TenantID)
		assert.Equal(t, forecast.RequestRate, f.Metric)
		require.Len(t, f.Predictions, 14)
		for k, p := range f.Predictions {
			truth := 100 + 0.3*float64(120+k) + 20*math.Sin(2*math.Pi*float64(120+k)/7)
			assert.InDelta(t, truth, p.Value, 12, "day %d", k)
		}
	})
	t.Run("survives being written and read", func(t *testing.T) {
		text, err := first.Marshal()
		require.NoError(t, err)
		read, err := Unmarshal(text)
		require.NoError(t, err)
		assert.Equal(t, first, read)
		a, err := first.Forecast(data, 7)
		require.NoError(t, err)
		b, err := read.Forecast(data, 7)
		require.NoError(t, err)
		assert.Equal(t, a, b)
	})
	t.Run("continues a constant series", func(t *testing.T) {
		constant := days(30)
		for k := range constant {
			constant[k].Value = 5
		}
		outlook, err := trained(t, `{}`, constant).Forecast(constant, 3)
		require.NoError(t, err)
		assert.InDelta(t, 5, outlook.Forecast.Predictions[2].Value, 0)
	})
}

func TestTrainingRefuses(t *testing.T) {
	c, err := ParseConfig(nil)
	require.NoError(t, err)
	t.Run("under 14 days", func(t *testing.T) {
		_, err := TrainCustomModel(Request{TenantID: "acme", Metric: forecast.RequestRate, Version: 1, Data: days(13), Config: c})
		var short *forecast.ShortSeriesError
		require.ErrorAs(t, err, &short)
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
	t.Run("no data at all", func(t *testing.T) {
		_, err := TrainCustomModel(Request{TenantID: "acme", Metric: forecast.RequestRate, Version: 1, Config: c})
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
	t.Run("a version of zero", func(t *testing.T) {
		_, err := TrainCustomModel(Request{Data: days(30), Config: c})
		require.ErrorContains(t, err, "the version 0 is not from 1 up")
	})
	t.Run("a configuration that nobody checked", func(t *testing.T) {
		_, err := TrainCustomModel(Request{Version: 1, Data: days(30)})
		require.ErrorContains(t, err, "was not read by ParseConfig")
	})
	t.Run("a model that was edited", func(t *testing.T) {
		m := trained(t, `{"models": ["theta"]}`, days(60))
		m.Weights["theta"] = 0.5
		text, err := m.Marshal()
		require.NoError(t, err)
		_, err = Unmarshal(text)
		assert.Equal(t, fault.Tampered, fault.CodeOf(err))
	})
	for want, text := range map[string]string{
		"cannot be read": `{"format": 1, "extra": 2}`,
		"has format 2; this program reads format": `{"format": 2}`,
	} {
		t.Run(want, func(t *testing.T) {
			_, err := Unmarshal([]byte(text))
			require.ErrorContains(t, err, want)
		})
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add("")
	f.Add(`{"models":["ets","mstl"],"weighting":"best","granularity":"daily","horizon":7,"lookback_days":90,"levels":[0.1,0.9],"bounds":{"lower":0},"seed":9007199254740991}`)
	f.Add(`{"horizon":1e3,"levels":[0.9,0.1]}`)
	f.Add(`{"bounds":{"lower":5},"bounds":{"upper":1}} `)
	f.Fuzz(func(t *testing.T, text string) {
		config, err := ParseConfig([]byte(text))
		if err != nil {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			return
		}
		written, err := json.Marshal(config)
		require.NoError(t, err)
		again, err := ParseConfig(written)
		require.NoError(t, err, string(written))
		assert.Equal(t, config, again)
	})
}
