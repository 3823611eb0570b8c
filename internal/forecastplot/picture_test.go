package forecastplot

import (
	"bytes"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot"
	"pgregory.net/rapid"

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
	t.Run("shades levels within levels", func(t *testing.T) {
		p := storage()
		p.Forecast.Levels = []float64{0.01, 0.1, 0.5, 0.9, 0.99}
		for k := range p.Forecast.Predictions {
			v := p.Forecast.Predictions[k].Value
			p.Forecast.Predictions[k].Quantiles = []float64{v - 20, v - 10, v, v + 10, v + 20}
		}
		var svg bytes.Buffer
		require.NoError(t, p.WriteSVG(&svg))
		assert.Contains(t, svg.String(), ">P1 to P99<")
		assert.Contains(t, svg.String(), ">P10 to P90<")
	})
	t.Run("opens the band from the last measured point, so that one point has a band too", func(t *testing.T) {
		p := storage()
		p.Forecast.Predictions = p.Forecast.Predictions[:1]
		outline := p.outline(0, 2)
		require.Len(t, outline, 3)
		assert.InDelta(t, p.History[89], outline[0].Y, 0)
		assert.Less(t, outline[0].X, outline[1].X)
	})
	t.Run("shows what was filled in as a gap", func(t *testing.T) {
		outlook := forecast.Outlook{SeriesID: "s", Diagnostics: forecast.Diagnostics{History: []float64{1, 2, 3, 4}, Filled: []int{1, 2}}}
		history := Of(outlook).History
		assert.True(t, math.IsNaN(history[1]) && math.IsNaN(history[2]))
		assert.InDelta(t, 4, history[3], 0)
		assert.Equal(t, []float64{1, 2, 3, 4}, outlook.Diagnostics.History, "the outlook stays as it was")
	})
	t.Run("keeps the title on one line within the drawing", func(t *testing.T) {
		style := plot.New().Title.TextStyle
		for title, want := range map[string]string{
			"short":                     "short",
			"a\nb":                      "a b",
			strings.Repeat("long ", 50): strings.Repeat("long ", 50)[:4],
		} {
			got := fitting(title, style)
			assert.True(t, strings.HasPrefix(got, want), got)
			assert.LessOrEqual(t, style.Width(got), width)
		}
	})
	t.Run("keeps every word within the drawing", func(t *testing.T) {
		p := storage()
		p.Forecast.Granularity, p.Unit = forecast.Hourly, "" // marks of hours have the longest words
		var svg bytes.Buffer
		require.NoError(t, p.WriteSVG(&svg))
		starts := regexp.MustCompile(`<text x="([-0-9.]+)"`).FindAllStringSubmatch(svg.String(), -1)
		require.NotEmpty(t, starts)
		for _, start := range starts {
			x, err := strconv.ParseFloat(start[1], 64)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, x, 0.0)
			assert.Less(t, x, 720.0)
		}
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
		"hours":  {0.25, "2 Nov 2026", "06:00"},
		"halves": {3, "2 Nov 2026", "5 Nov"},
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
	for name, test := range map[string]struct {
		low, high float64
		want      []string
	}{
		"thousands":                      {0, 23000, []string{"0", "5k", "10k", "15k", "20k"}},
		"tenths":                         {0, 1, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		"quarters":                       {0, 1.2, []string{"0.00", "0.25", "0.50", "0.75", "1.00"}},
		"below zero":                     {-60, 20, []string{"-60", "-40", "-20", "0", "20"}},
		"close together and far from 0":  {999999.2, 1000000.7, []string{"999999.5", "1000000.0", "1000000.5"}},
		"millions":                       {4.4e12, 5.6e12, []string{"4.50T", "4.75T", "5.00T", "5.25T", "5.50T"}},
		"so small that they need powers": {4.5e-7, 5.3e-7, []string{"4.60e-07", "4.80e-07", "5.00e-07", "5.20e-07"}},
		"beyond all names":               {0, 9e299, []string{"0.0e+00", "2.0e+299", "4.0e+299", "6.0e+299", "8.0e+299"}},
	} {
		t.Run("values are marked "+name, func(t *testing.T) {
			var labels []string
			for _, tick := range (values{}).Ticks(test.low, test.high) {
				labels = append(labels, tick.Label)
			}
			assert.Equal(t, test.want, labels)
		})
	}
	t.Run("no two marks of values read the same", rapid.MakeCheck(func(t *rapid.T) {
		low := rapid.Float64Range(-1e9, 1e9).Draw(t, "low")
		high := low + rapid.Float64Range(1e-3, 1e9).Draw(t, "range")
		seen := map[string]bool{}
		for _, tick := range (values{}).Ticks(low, high) {
			require.False(t, seen[tick.Label], tick.Label)
			seen[tick.Label] = true
		}
	}))
}

func TestShown(t *testing.T) {
	picture := func(history, horizon int, regimes ...int) Picture {
		p := Picture{History: make([]float64, history), Forecast: forecast.ForecastResult{Granularity: forecast.Hourly, Predictions: make([]forecast.Prediction, horizon)}}
		for _, at := range regimes {
			p.Regimes = append(p.Regimes, p.at(at))
		}
		return p
	}
	for name, test := range map[string]struct {
		picture Picture
		points  int
	}{
		"three horizons":                                    {picture(2000, 48), 144},
		"sixty points of a short horizon":                   {picture(2000, 1), 60},
		"all of a short history":                            {picture(40, 48), 40},
		"one horizon of a long one, so that the band shows": {picture(5000, 720), 720},
		"back to where a regime began not long before":      {picture(2000, 48, 100, 1800), 207},
		"not back to one that began long before":            {picture(2000, 48, 100), 144},
		"no more for a regime that is in sight":             {picture(2000, 48, 1900), 144},
	} {
		t.Run("shows "+name, func(t *testing.T) {
			assert.Equal(t, test.points, len(test.picture.History)-test.picture.shown())
		})
	}
}
