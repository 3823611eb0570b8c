package forecast

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// stampsOf are those of the points that are forecast.
func stampsOf(outlook Outlook) (stamps []string) {
	for _, p := range outlook.Forecast.Predictions {
		stamps = append(stamps, p.Timestamp.Format(time.DateOnly))
	}
	return stamps
}

func TestMonthsAreForecastWhereTheyWereMeasured(t *testing.T) {
	for name, test := range map[string]struct {
		day  func(month time.Time) int
		last time.Month
		want []string
	}{
		"at the ends of months": {func(month time.Time) int { return month.AddDate(0, 1, -1).Day() }, time.January, []string{"2026-02-28", "2026-03-31", "2026-04-30"}},
		"at the ends of months, last in a short one": {
			func(month time.Time) int { return month.AddDate(0, 1, -1).Day() },
			time.February,
			[]string{"2026-03-31", "2026-04-30", "2026-05-31"},
		},
		"on the 1st":  {func(time.Time) int { return 1 }, time.January, []string{"2026-02-01", "2026-03-01", "2026-04-01"}},
		"on the 28th": {func(time.Time) int { return 28 }, time.February, []string{"2026-03-28", "2026-04-28", "2026-05-28"}},
	} {
		t.Run(name, func(t *testing.T) {
			series := Series{ID: "s"}
			for i := -20; i <= 0; i++ {
				month := time.Date(2026, test.last+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
				series.Points = append(series.Points, UsageDataPoint{Timestamp: month.AddDate(0, 0, test.day(month)-1), Value: 50 + float64(i*i%7)})
			}
			outlook := mustForecast(t, Options{Horizon: 3}, series)
			assert.Equal(t, Monthly, outlook.Forecast.Granularity)
			assert.Equal(t, test.want, stampsOf(outlook))
			assert.Len(t, outlook.Diagnostics.History, 21, "every month is there once")
			assert.Empty(t, outlook.Forecast.Mended)
		})
	}
}

func TestPointsWithoutValueAtTheEnd(t *testing.T) {
	values := weekly(40)
	for i := 37; i < 40; i++ {
		values[i] = gap
	}
	outlook := mustForecast(t, Options{Horizon: 2}, at("s", Daily, values))
	assert.Equal(t, []string{"2026-02-11", "2026-02-12"}, stampsOf(outlook), "the forecast begins where the values end")
	assert.Equal(t, []Mending{{"gap", 3, "days without a value at the end are forecast: what was measured ends before them"}}, outlook.Forecast.Mended)
}

func TestTooLittleIsMeasured(t *testing.T) {
	hours := make([]float64, 15*24)
	for i := range hours {
		hours[i] = gap
		if i < 5*24 || i == len(hours)-1 {
			hours[i] = float64(i % 24)
		}
	}
	sparse := weekly(30)
	for i := range sparse {
		if i%5 != 0 {
			sparse[i] = gap
		}
	}
	sparse[29] = 1
	for name, test := range map[string]struct {
		series Series
		want   string
	}{
		"days of which hours are measured": {at("h", Hourly, hours), `series "h" spans 360 hours but has values on 6 days alone; at least 14 days (336 hours) of history are needed, half of them measured`},
		"days":                             {at("d", Daily, sparse[5:]), `series "d" spans 25 days but has values on 6 days alone; at least 14 days of history are needed, half of them measured`},
	} {
		t.Run(name, func(t *testing.T) {
			forecaster, err := New(Options{Horizon: 2, Granularity: map[bool]ForecastGranularity{true: Hourly, false: Daily}[test.series.ID == "h"]})
			require.NoError(t, err)
			_, err = forecaster.Forecast(test.series)
			var short *ShortSeriesError
			require.ErrorAs(t, err, &short)
			require.EqualError(t, err, test.want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	t.Run("seven days of fourteen are enough", func(t *testing.T) {
		assert.Len(t, mustForecast(t, Options{Horizon: 2, Granularity: Daily}, at("d", Daily, sparse)).Forecast.Predictions, 2)
	})
}

func TestValuesThatFloatsCannotAddUp(t *testing.T) {
	values := weekly(30)
	values[3] = -math.MaxFloat64
	forecaster, err := New(Options{Horizon: 2})
	require.NoError(t, err)
	_, err = forecaster.Forecast(at("s", Daily, values))
	require.EqualError(t, err, fmt.Sprintf(`series "s" holds %v at 2026-01-08T00:00:00Z; give values within ±1e+305, in a larger unit`, -math.MaxFloat64))
	assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
}
