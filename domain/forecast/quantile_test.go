package forecast

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestQuantile(t *testing.T) {
	f := mustForecast(t, Options{Horizon: 3}, at("s", Daily, weekly(40))).Forecast
	f.Metric = RequestRate
	low, err := f.Quantile(0.1)
	require.NoError(t, err)
	high, err := f.Quantile(1 - 0.1)
	require.NoError(t, err)
	for k, p := range f.Predictions {
		assert.Equal(t, []float64{low[k], p.Value, high[k]}, p.Quantiles)
	}
	_, err = f.Quantile(0.99)
	require.EqualError(t, err, "the forecast of request_rate has no quantile at level 0.99; forecast it with that level among others")
	assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
}
