package regime_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/forecast/regime"
)

const sensitivity = 0.8

// noise returns n values of an autoregression of order one with unit innovations.
func noise(seed uint64, n int, memory float64) []float64 {
	random := rand.New(rand.NewPCG(seed, 1))
	values := make([]float64, n)
	last := 0.0
	for i := range values {
		last = memory*last + random.NormFloat64()
		values[i] = last
	}
	return values
}

// plus adds to each value what a function of its place gives.
func plus(values []float64, at func(i int) float64) []float64 {
	for i := range values {
		values[i] += at(i)
	}
	return values
}

func step(from int, height float64) func(int) float64 {
	return func(i int) float64 {
		if i < from {
			return 0
		}
		return height
	}
}

func TestDetectFindsWhatChangedForGood(t *testing.T) {
	cases := map[string]struct {
		values []float64
		kind   regime.Kind
		at     int
	}{
		"a step up":                {plus(noise(1, 300, 0), step(180, 5)), regime.Level, 180},
		"a step down":              {plus(noise(2, 300, 0), step(100, -5)), regime.Level, 100},
		"a step in a short series": {plus(noise(3, 24, 0), step(12, 9)), regime.Level, 12},
		"a step under memory":      {plus(noise(4, 600, 0.6), step(300, 12)), regime.Level, 300},
		"a slope that begins": {
			plus(noise(5, 300, 0), func(i int) float64 { return max(0, float64(i-150)) * 0.4 }),
			regime.Slope, 150,
		},
		"a wider spread": {func() []float64 {
			values := noise(6, 400, 0)
			for i := 200; i < 400; i++ {
				values[i] *= 6
			}
			return values
		}(), regime.Spread, 200},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			changes := regime.Detect(c.values, sensitivity)
			require.Len(t, changes, 1)
			assert.InDelta(t, c.at, changes[0].Index, 8)
			assert.Equal(t, c.kind, changes[0].Kind)
			assert.Greater(t, changes[0].Confidence, 0.99)
		})
	}
	t.Run("with the height of the step", func(t *testing.T) {
		changes := regime.Detect(plus(noise(7, 400, 0), step(200, 20)), sensitivity)
		require.Len(t, changes, 1)
		assert.InDelta(t, 20, changes[0].Magnitude, 0.5)
		assert.InDelta(t, changes[0].Magnitude, changes[0].After-changes[0].Before, 1e-9)
	})
	t.Run("each of several steps", func(t *testing.T) {
		values := plus(plus(noise(8, 600, 0), step(150, 8)), step(400, -12))
		changes := regime.Detect(values, sensitivity)
		require.Len(t, changes, 2)
		assert.InDelta(t, 150, changes[0].Index, 3)
		assert.InDelta(t, 400, changes[1].Index, 3)
	})
	t.Run("in a series longer than its grid", func(t *testing.T) {
		changes := regime.Detect(plus(noise(9, 20_000, 0), step(7777, 4)), sensitivity)
		require.Len(t, changes, 1)
		assert.InDelta(t, 7777, changes[0].Index, 5)
	})
}

func TestDetectLeavesQuietWhatDidNotChange(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 1))
	walk := make([]float64, 500)
	for i := 1; i < len(walk); i++ {
		walk[i] = 0.9*walk[i-1] + random.NormFloat64()
	}
	spike := noise(12, 300, 0)
	spike[150] = 40
	cases := map[string][]float64{
		"nothing":                nil,
		"one value":              {3},
		"a constant":             make([]float64, 100),
		"noise":                  noise(13, 400, 0),
		"a straight line":        plus(noise(14, 400, 0), func(i int) float64 { return float64(i) }),
		"slow wandering":         walk,
		"a single spike":         spike,
		"a line without noise":   plus(make([]float64, 60), func(i int) float64 { return 2 * float64(i) }),
		"values of no magnitude": plus(noise(15, 200, 0), func(int) float64 { return 1e12 }),
	}
	for name, values := range cases {
		t.Run(name, func(t *testing.T) { assert.Empty(t, regime.Detect(values, sensitivity)) })
	}
}

func TestSensitivityOrdersWhatIsSeen(t *testing.T) {
	values := plus(plus(noise(21, 500, 0.3), step(150, 2)), step(330, 9))
	insensitive := regime.Detect(values, 0)
	normal := regime.Detect(values, sensitivity)
	assert.LessOrEqual(t, len(insensitive), len(normal))
	assert.NotEmpty(t, normal)
}

func TestDetectFollowsScaleAndShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		scale := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "exponent"))
		shift := rapid.Float64Range(-1000, 1000).Draw(t, "shift") * scale
		values := plus(noise(seed, 200, 0.2), step(90, 6))
		moved := make([]float64, len(values))
		for i, v := range values {
			moved[i] = v*scale + shift
		}
		before, after := regime.Detect(values, sensitivity), regime.Detect(moved, sensitivity)
		require.Len(t, after, len(before))
		for i := range before {
			assert.Equal(t, before[i].Index, after[i].Index)
			assert.InEpsilon(t, before[i].Magnitude*scale, after[i].Magnitude, 1e-4)
		}
	})
}
