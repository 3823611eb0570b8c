package foresight

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

func TestPoints(t *testing.T) {
	nan := math.NaN()
	monday := time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC)
	hours := func(from time.Time, values ...float64) []Hour {
		list := make([]Hour, len(values))
		for i, v := range values {
			list[i] = Hour{At: from.Add(time.Duration(i) * time.Hour), Mean: v, P95: v + 10, Peak: v + 20}
		}
		return list
	}
	values := func(points []forecast.UsageDataPoint) []float64 {
		list := make([]float64, len(points))
		for i, p := range points {
			list[i] = p.Value
		}
		return list
	}
	t.Run("an hour of a utilisation counts by its 95th percentile, of anything else by its mean", func(t *testing.T) {
		require.Equal(t, []float64{11, 12}, values(Points(forecast.CPUUtilization, Terms{}, forecast.Hourly, hours(monday, 1, 2))))
		require.Equal(t, []float64{1, 2}, values(Points(forecast.RequestRate, Terms{}, forecast.Hourly, hours(monday, 1, 2))))
	})
	t.Run("where no percentile is known the mean counts, and an hour of which nothing is known is a gap", func(t *testing.T) {
		given := hours(monday, 1, 2, 3)
		given[1].P95 = nan
		given[2].P95, given[2].Mean = nan, nan
		require.Equal(t, []float64{11, 2}, values(Points(forecast.MemoryUtilization, Terms{}, forecast.Hourly, given)))
	})
	t.Run("terms say by what an hour counts", func(t *testing.T) {
		by := func(metric forecast.ResourceMetric, of Aggregation) []float64 {
			return values(Points(metric, Terms{Aggregation: of}, forecast.Hourly, hours(monday, 1, 2)))
		}
		require.Equal(t, []float64{21, 22}, by(forecast.StorageUsedGB, ByMax))
		require.Equal(t, []float64{11, 12}, by(forecast.StorageUsedGB, ByP95))
		require.Equal(t, []float64{1, 2}, by(forecast.CPUUtilization, ByMean))
	})
	t.Run("a day counts by its greatest hour, and days that are known in part at either end are left out", func(t *testing.T) {
		var all []Hour
		for day := range 4 {
			for hour := range 24 {
				all = append(all, hours(monday.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour), float64(day*100+hour%7))...)
			}
		}
		require.Equal(t, []float64{6, 106, 206, 306}, values(Points(forecast.RequestRate, Terms{}, forecast.Daily, all)))
		part := Points(forecast.RequestRate, Terms{}, forecast.Daily, all[1:len(all)-1])
		require.Equal(t, []float64{106, 206}, values(part))
		require.Equal(t, monday.AddDate(0, 0, 1), part[0].Timestamp)
	})
	t.Run("a week begins on Monday and a month on its first", func(t *testing.T) {
		sunday := monday.AddDate(0, 0, 6).Add(23 * time.Hour)
		require.Equal(t, monday, start(forecast.Weekly, sunday))
		require.Equal(t, monday.AddDate(0, 0, 7), start(forecast.Weekly, sunday.Add(time.Hour)))
		require.Equal(t, time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC), start(forecast.Monthly, sunday))
	})
	t.Run("nothing makes nothing", func(t *testing.T) {
		for _, granularity := range forecast.Granularities() {
			require.Empty(t, Points(forecast.RequestRate, Terms{}, granularity, nil))
			require.Empty(t, Points(forecast.RequestRate, Terms{}, granularity, hours(monday, nan)))
		}
	})
}

func TestForecastEvent(t *testing.T) {
	at := time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC)
	event := ForecastEvent(forecast.ForecastResult{
		ID: "n-1", TenantID: "acme", Metric: forecast.RequestRate, Granularity: forecast.Hourly, Model: "ensemble/v3", Levels: []float64{0.1, 0.5, 0.9},
		Predictions: []forecast.Prediction{
			{Timestamp: at, Value: 10, Quantiles: []float64{8, 10, 30}}, {Timestamp: at.Add(time.Hour), Value: 20, Quantiles: []float64{15, 20, 26}},
		},
	})
	require.Equal(t, "request_rate of acme until 2026-12-01: at most 20 expected, 30 at P90", event.Summary)
	require.Equal(t, ForecastKind, event.Kind)
	require.Equal(t, "info", event.Severity)
	require.Equal(t, map[string]string{
		"forecast_id": "n-1", "metric": "request_rate", "granularity": "hourly", "model": "ensemble/v3", "confidence_score": "0",
		"from": "2026-12-01T00:00:00Z", "until": "2026-12-01T01:00:00Z",
		"median_peak": "20", "upper_peak": "30", "upper_level": "0.9", "upper_peak_at": "2026-12-01T00:00:00Z",
	}, event.Details)
}
