package anomaly

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"
)

func TestMedianDeviationOfLeys(t *testing.T) {
	// The worked example of Leys et al. 2013, section 2: median 7, MAD 5.1891.
	values := []float64{1, 3, 3, 6, 8, 10, 10, 1000}
	center := median(slices.Clone(values))
	assert.InDelta(t, 7, center, 1e-12)
	for i := range values {
		values[i] -= center
	}
	assert.InDelta(t, 5.1891, medianDeviation(values, make([]float64, len(values))), 1e-4)
}

func TestMedianOfNothingIsZero(t *testing.T) {
	assert.Zero(t, median(nil))
}

func TestScaleIsConsistentAndResistant(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	residuals := make([]float64, 20_000)
	for i := range residuals {
		residuals[i] = 0.1 * random.NormFloat64()
	}
	scratch := make([]float64, len(residuals))
	assert.InDelta(t, 0.1, scale(residuals, medianDeviation(residuals, scratch), 0), 0.002)
	for i := range 1000 {
		residuals[i] = 50
	}
	assert.InDelta(t, 0.1, scale(residuals, medianDeviation(residuals, scratch), 0), 0.02, "one wild day in twenty")
	assert.InDelta(t, leastSigma, scale(make([]float64, 30), 0, 2), 0, "a cost that never varies has the least noise")
}

func TestScaleConsistencyIsWhatItSays(t *testing.T) {
	// E[min(z², c²)] for a standard normal z, by integration over a fine grid.
	sum := 0.0
	for z := -9.0; z < 9; z += 0.001 {
		sum += min(z*z, scaleCutoff*scaleCutoff) * distuv.UnitNormal.Prob(z) * 0.001
	}
	assert.InDelta(t, scaleConsistency, sum, 1e-4)
}

func TestHampelWeights(t *testing.T) {
	for u, want := range map[float64]float64{0: 1, 3: 1, -3: 1, 3.75: 0.5, -3.75: 0.5, 4.5: 0, 100: 0, -100: 0} {
		assert.InDelta(t, want, hampel(u*0.1, 0.1), 1e-9, "%v noises out", u)
	}
}

func TestRunningMedianIsTheMedianOfSeven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(-10, 10), 7, 60).Draw(t, "values")
		out := make([]float64, len(values))
		runningMedian(values, out)
		for i := range values {
			first := min(max(i-3, 0), len(values)-7)
			if want := median(slices.Clone(values[first : first+7])); out[i] != want {
				t.Fatalf("place %d: %v, not %v", i, out[i], want)
			}
		}
	})
}

func TestSolveAgreesWithGonum(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := 1; n <= maxTerms; n++ {
		root := mat.NewDense(n, n, nil)
		root.Apply(func(int, int, float64) float64 { return random.NormFloat64() }, root)
		var square mat.Dense
		square.Mul(root, root.T())
		var m matrix
		var b vector
		right := mat.NewVecDense(n, nil)
		for i := range n {
			b[i] = random.NormFloat64()
			right.SetVec(i, b[i])
			for j := range n {
				m[i][j] = square.At(i, j)
			}
		}
		var want mat.VecDense
		require.NoError(t, want.SolveVec(&square, right))
		require.True(t, m.factor(n))
		assert.InDelta(t, mat.Dot(right, &want), m.quadratic(n, b), 1e-6)
		m.solve(n, &b)
		for i := range n {
			assert.InDelta(t, want.AtVec(i), b[i], 1e-6)
		}
	}
	singular := matrix{{1, 1}, {1, 1}}
	assert.False(t, singular.factor(2))
}

func TestNormalScoreKeepsTheProbability(t *testing.T) {
	for _, freedom := range []float64{15, 30, 80, 300} {
		for _, value := range []float64{-3, -1, 0, 1, 2, 3, 4} {
			student := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}
			want := distuv.UnitNormal.Quantile(student.CDF(value))
			assert.InDelta(t, want, normalScore(value, freedom), 0.02*max(1, value*value/4), "t = %v with %v degrees", value, freedom)
		}
	}
}

func TestUnskewedTakesTheSkewnessOut(t *testing.T) {
	// ln(1 + 0.1·z) has skewness −0.31, mean −0.0051, deviation 0.1013; its 99.5 % point is a
	// normal deviate of 2.576.
	point := (math.Log1p(0.1*2.5758) + 0.0051) / 0.1013
	assert.InDelta(t, 2.576, unskewed(point, -0.31), 0.1)
	assert.InDelta(t, 2, unskewed(2, 0), 0)
	assert.Greater(t, unskewed(20, 0.5), unskewed(10, 0.5), "far out the correction stays constant")
}
