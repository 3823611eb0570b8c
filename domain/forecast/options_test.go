package forecast

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestOptions(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"no horizon":                     {Options{}, "the horizon is 0 points; it must be from 1 to 10000"},
		"a horizon beyond the limit":     {Options{Horizon: 10001}, "the horizon is 10001 points"},
		"an unknown granularity":         {Options{Horizon: 1, Granularity: "yearly"}, `the granularity "yearly" is unknown; use hourly, daily, weekly or monthly`},
		"a level of one":                 {Options{Horizon: 1, Levels: []float64{0.5, 1}}, "the level 1 is not between 0 and 1"},
		"a level that is no number":      {Options{Horizon: 1, Levels: []float64{math.NaN()}}, "the level NaN is not between 0 and 1"},
		"levels that fall":               {Options{Horizon: 1, Levels: []float64{0.9, 0.1}}, "the levels 0.9 and 0.1 do not rise"},
		"a level twice":                  {Options{Horizon: 1, Levels: []float64{0.1, 0.1}}, "the levels 0.1 and 0.1 do not rise"},
		"bounds the wrong way round":     {Options{Horizon: 1, Bounds: Bounds{100, 1}}, "the bounds 100 and 1 hold no value between them"},
		"a bound that is not a number":   {Options{Horizon: 1, Bounds: Bounds{math.NaN(), 1}}, "the bounds NaN and 1 hold no value"},
		"bounds that leave nothing free": {Options{Horizon: 1, Bounds: Bounds{5, 5}}, "the bounds 5 and 5 hold no value between them"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := New(test.options)
			require.ErrorContains(t, err, test.want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	t.Run("fills in defaults", func(t *testing.T) {
		forecaster, err := New(Options{Horizon: 3})
		require.NoError(t, err)
		assert.Equal(t, Options{Horizon: 3, Levels: []float64{0.1, 0.5, 0.9}, Bounds: Unbounded(), Workers: 1}, forecaster.Options())
	})
}
