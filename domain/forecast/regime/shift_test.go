package regime_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/forecast/regime"
)

// days are demands such as daily data make.
var days = regime.Demands{Spans: []int{3, 7, 14}, Least: 3, Settled: 14, Year: 365, CalendarSlack: 7}

// between adds a height to the values from one place up to another.
func between(from, to int, height float64) func(int) float64 {
	return func(i int) float64 {
		if from <= i && i < to {
			return height
		}
		return 0
	}
}

func TestLastShiftIsTheLastClearChangeOfLevel(t *testing.T) {
	cases := map[string]struct {
		values []float64
		at     int
		size   float64
	}{
		"a step up":                       {plus(noise(1, 200, 0), step(150, 12)), 150, 12},
		"a step down":                     {plus(noise(2, 200, 0), step(150, -12)), 150, -12},
		"a step of a few days ago":        {plus(noise(3, 200, 0), step(195, 25)), 195, 25},
		"a step under memory":             {plus(noise(4, 400, 0.5), step(300, 20)), 300, 20},
		"a step on a trend":               {plus(plus(noise(5, 200, 0), func(i int) float64 { return 0.1 * float64(i) }), step(150, 12)), 150, 12},
		"a step long after a burst":       {plus(plus(noise(6, 200, 0), step(150, 12)), between(40, 45, 15)), 150, 12},
		"a spike long after a step":       {plus(plus(noise(7, 200, 0), step(150, 12)), between(170, 171, -30)), 150, 12},
		"the later one of two":            {plus(plus(noise(8, 200, 0), step(100, 12)), step(160, 12)), 160, 12},
		"a step of a series of two weeks": {plus(noise(9, 20, 0), step(12, 30)), 12, 30},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			shift, found := regime.LastShift(c.values, len(c.values), days)
			require.True(t, found)
			assert.InDelta(t, c.at, shift.Index, 1)
			assert.InDelta(t, c.size, shift.Size, 2.5)
		})
	}
	t.Run("up to a place, the one before it", func(t *testing.T) {
		values := plus(plus(noise(8, 200, 0), step(100, 12)), step(160, 12))
		shift, found := regime.LastShift(values, 159, days)
		require.True(t, found)
		assert.Equal(t, 100, shift.Index)
	})
}

func TestLastShiftLeavesWhatIsNoClearShift(t *testing.T) {
	walk := noise(20, 300, 1)
	cases := map[string][]float64{
		"nothing":                       nil,
		"one value":                     {3},
		"a constant":                    make([]float64, 100),
		"noise":                         noise(21, 300, 0),
		"a walk":                        walk,
		"a slope that began":            plus(noise(22, 200, 0), func(i int) float64 { return max(0, float64(i-160)) }),
		"a spike at the end":            plus(noise(23, 200, 0), between(199, 200, 40)),
		"a step of two days ago":        plus(noise(24, 200, 0), step(198, 40)),
		"a step too weak for its age":   plus(noise(25, 200, 0), step(196, 5)),
		"a burst that came back":        plus(noise(26, 200, 0), between(150, 164, 20)),
		"a burst that ended yesterday":  plus(noise(27, 200, 0), between(185, 199, 20)),
		"a burst like the one before":   plus(plus(noise(28, 200, 0), between(100, 107, 20)), step(190, 20)),
		"a level that it knew for long": plus(noise(29, 200, 0), between(60, 140, 20)),
		"bursts every month":            plus(noise(30, 300, 0), func(i int) float64 { return 20 * float64((i%30)/26) }),
		"a level that comes every year": plus(noise(31, 500, 0), func(i int) float64 { return between(100, 110, 20)(i) + step(466, 20)(i) }),
	}
	for name, values := range cases {
		t.Run(name, func(t *testing.T) {
			shift, found := regime.LastShift(values, len(values), days)
			assert.False(t, found, "%+v", shift)
		})
	}
}

func TestLastShiftFollowsScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		scale := math.Ldexp(1, rapid.IntRange(-40, 40).Draw(t, "exponent"))
		values := plus(noise(seed, 150, 0.2), step(rapid.IntRange(80, 149).Draw(t, "at"), rapid.Float64Range(-30, 30).Draw(t, "height")))
		scaled := make([]float64, len(values))
		for i, v := range values {
			scaled[i] = v * scale
		}
		one, found := regime.LastShift(values, len(values), days)
		other, alike := regime.LastShift(scaled, len(scaled), days)
		require.Equal(t, found, alike)
		require.Equal(t, one.Index, other.Index)
		require.InDelta(t, one.Size*scale, other.Size, 0)
	})
}
