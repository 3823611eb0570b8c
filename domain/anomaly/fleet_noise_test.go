package anomaly

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// noisyFleet is a fleet whose noise is drawn by deviation; each residual by draw.
func noisyFleet(tenants, days int, deviation func(tenant int) float64, draw func() float64) noise {
	f := newFleet()
	for tenant := range tenants {
		residuals := make([]float64, days)
		squares := 0.0
		for i := range residuals {
			residuals[i] = deviation(tenant) * draw()
			squares += residuals[i] * residuals[i]
		}
		f.add(expectation{sigma: math.Sqrt(squares / float64(days)), freedom: float64(days)}, residuals, &rough{sigma: 0.1})
	}
	return f.noise()
}

func TestAFleetAlikeSharesItsNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	common := noisyFleet(1000, 80, func(int) float64 { return 0.1 }, random.NormFloat64)
	assert.InDelta(t, 0.1, math.Sqrt(common.variance), 0.001)
	assert.InDelta(t, mostFleetFreedom, common.freedom, 1)
	assert.InDelta(t, 0, common.skewness, 0.05)

	variance, freedom := common.moderate(expectation{sigma: 0.11, freedom: 80})
	assert.InDelta(t, 0.102, math.Sqrt(variance), 0.001, "a chance excess is drawn to the fleet's")
	assert.InDelta(t, 380, freedom, 1)
	variance, freedom = common.moderate(expectation{sigma: 0.3, freedom: 80})
	assert.InDelta(t, 0.3, math.Sqrt(variance), 1e-9, "a noisy tenant keeps its own")
	assert.InDelta(t, 80, freedom, 0)
}

func TestAFleetOfManyKindsDoesNot(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	common := noisyFleet(1000, 80, func(tenant int) float64 { return 0.02 * math.Pow(2, float64(tenant%5)) }, random.NormFloat64)
	assert.Less(t, common.freedom, 10.0)
}

func TestAFleetsSkewnessIsFound(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	common := noisyFleet(1000, 80, func(int) float64 { return 1 }, func() float64 { return math.Log1p(0.1*random.NormFloat64()) / 0.1 })
	assert.InDelta(t, -0.3, common.skewness, 0.05)
}

func TestAFewTenantsAreNoFleet(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	assert.Zero(t, noisyFleet(leastFleet-1, 80, func(int) float64 { return 0.1 }, random.NormFloat64))
	assert.Zero(t, newFleet().noise())
	own := expectation{sigma: 0.2, freedom: 50}
	variance, freedom := noise{}.moderate(own)
	assert.InDelta(t, 0.04, variance, 1e-12)
	assert.InDelta(t, 50, freedom, 0)
}

func TestInverseTrigamma(t *testing.T) {
	for _, x := range []float64{0.1, 1, 2.5, 40, 1000} {
		assert.InEpsilon(t, x, inverseTrigamma(trigamma(x)), 1e-6)
	}
}

func TestEdgesOfTheMonth(t *testing.T) {
	for text, want := range map[string]edge{
		"2026-09-30": lastDay, "2026-09-29": secondLastDay, "2026-09-28": thirdLastDay, "2026-09-27": noEdge,
		"2026-10-01": firstDay, "2026-10-02": secondDay, "2026-10-03": thirdDay, "2026-10-04": noEdge,
		"2024-02-29": lastDay, "2026-02-28": lastDay, "2026-12-31": lastDay, "2027-01-01": firstDay,
	} {
		day, err := ParseDay(text)
		require.NoError(t, err)
		assert.Equal(t, want, edgeOf(day), text)
	}
}

func TestInexactIsTheNearestFloat(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 10_000 {
		value := decimal.New(random.Int64N(1e18)-5e17, int32(random.IntN(30))-25)
		assert.InEpsilon(t, value.InexactFloat64(), inexact(value), 1e-15, value.String())
	}
}
