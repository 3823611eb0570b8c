package forecastplot

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// storage is 90 days of growth with a step, forecast for 45, that runs out.
func storage() Picture {
	p := Picture{Title: "storage_used_gb of acme", Unit: "GB", Start: time.Date(2026, 8, 3, 0, 0, 0, 0, time.UTC)}
	for k := range 90 {
		v := 400 + 2.2*float64(k) + 14*math.Sin(2*math.Pi*float64(k)/7)
		if k >= 40 {
			v += 60
		}
		p.History = append(p.History, v)
	}
	p.Forecast = forecast.ForecastResult{Metric: forecast.StorageUsedGB, Granularity: forecast.Daily, Levels: forecast.DefaultLevels()}
	for k := 90; k < 135; k++ {
		v, wide := 460+2.2*float64(k)+14*math.Sin(2*math.Pi*float64(k)/7), 6*math.Sqrt(float64(k-88))
		p.Forecast.Predictions = append(p.Forecast.Predictions, forecast.Prediction{Timestamp: p.at(k), Value: v, Quantiles: []float64{v - wide, v, v + wide}})
	}
	p.Regimes = []time.Time{p.at(40)}
	c := capacity.Constant(700)
	c.Planned = []capacity.Addition{{At: p.at(100), Amount: 50}}
	p.Capacity = &c
	e, err := capacity.ProjectCapacityExhaustion(p.Forecast, c)
	if err != nil {
		panic(err)
	}
	p.Exhaustion = &e
	return p
}

func TestPicture(t *testing.T) {
	t.Run("shows history, band, median, regimes, capacity and the date it runs out", func(t *testing.T) {
		var svg bytes.Buffer
		require.NoError(t, storage().WriteSVG(&svg))
		for _, words := range []string{"storage_used_gb of acme", "GB", "measured", "forecast", "P10 to P90", "capacity", "new regime", "P90 at capacity 25 Nov 2026"} {
			assert.Contains(t, svg.String(), ">"+words+"<")
		}
	})
	t.Run("is the same bytes again", func(t *testing.T) {
		var a, b bytes.Buffer
		require.NoError(t, storage().WriteSVG(&a))
		require.NoError(t, storage().WriteSVG(&b))
		assert.Equal(t, a.Bytes(), b.Bytes())
	})
	t.Run("is a picture of 1440 by 648 pixels", func(t *testing.T) {
		var out bytes.Buffer
		require.NoError(t, storage().WritePNG(&out))
		if folder := os.Getenv("FORECASTPLOT_OUT"); folder != "" {
			require.NoError(t, os.WriteFile(filepath.Join(folder, "storage.png"), out.Bytes(), 0o600))
		}
		image, err := png.Decode(&out)
		require.NoError(t, err)
		assert.Equal(t, 1440, image.Bounds().Dx())
		assert.Equal(t, 648, image.Bounds().Dy())
	})
	for name, adapt := range map[string]func(*Picture){
		"without a history":           func(p *Picture) { p.History = nil },
		"with gaps":                   func(p *Picture) { p.History[50], p.History[89] = math.NaN(), math.NaN() },
		"of one level":                func(p *Picture) { p.Forecast.Levels = p.Forecast.Levels[:1] },
		"of one point":                func(p *Picture) { p.Forecast.Predictions = p.Forecast.Predictions[:1] },
		"without capacity":            func(p *Picture) { p.Capacity, p.Exhaustion = nil, nil },
		"with capacity far above all": func(p *Picture) { c := capacity.Constant(1e9); p.Capacity, p.Exhaustion = &c, nil },
		"that is constant": func(p *Picture) {
			p.History, p.Capacity = []float64{5, 5}, nil
			for k := range p.Forecast.Predictions {
				p.Forecast.Predictions[k].Value, p.Forecast.Predictions[k].Quantiles = 5, []float64{5, 5, 5}
			}
		},
	} {
		t.Run("can be drawn "+name, func(t *testing.T) {
			p := storage()
			adapt(&p)
			var svg bytes.Buffer
			require.NoError(t, p.WriteSVG(&svg))
			assert.NotContains(t, svg.String(), "NaN")
		})
	}
	t.Run("refuses a forecast without points", func(t *testing.T) {
		err := Picture{Title: "x"}.WriteSVG(&bytes.Buffer{})
		require.ErrorContains(t, err, `the forecast "x" has no points to draw`)
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
}

func TestTicks(t *testing.T) {
	for name, test := range map[string]struct {
		days        float64
		first, last string
	}{
		"hours":  {0.25, "00:00", "06:00"},
		"days":   {7, "2 Nov 2026", "9 Nov"},
		"weeks":  {50, "2 Nov 2026", "21 Dec"},
		"months": {200, "Dec 2026", "May 2027"},
		"years":  {3000, "2027", "2035"},
	} {
		t.Run("time is marked in "+name, func(t *testing.T) {
			from := seconds(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
			ticks := instants{}.Ticks(from, from+test.days*86400)
			require.NotEmpty(t, ticks)
			assert.Equal(t, test.first, ticks[0].Label)
			assert.Equal(t, test.last, ticks[len(ticks)-1].Label)
		})
	}
	var labels []string
	for _, tick := range (values{}).Ticks(0, 23000) {
		labels = append(labels, tick.Label)
	}
	assert.Equal(t, []string{"0", "5000", "10k", "15k", "20k"}, labels)
}
