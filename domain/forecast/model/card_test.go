package model

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

// cardOf tests a history, or its logarithm where it has one.
func cardOf(history []float64, season int) *card {
	log := positive(history)
	if log {
		logs := make([]float64, len(history))
		for i, v := range history {
			logs[i] = math.Log(v)
		}
		history = logs
	}
	return newCard(history, log, season, new(room))
}

func TestCard(t *testing.T) {
	t.Run("passengers are seasonal, correlated and near a unit root in logarithms", func(t *testing.T) {
		c := cardOf(airPassengers, 12)
		assert.True(t, c.log && c.unitRoot && c.seasonal && c.correlated)
		assert.InDelta(t, math.Log(112), c.y[0], 1e-12)
	})
	t.Run("delta damps: without one and three largest growths", func(t *testing.T) {
		// Differences 1, 1, …, and one jump of 10: the mean of all is larger than that without the jump,
		// so the latter is what counts.
		values := []float64{-50}
		for i := range 19 {
			step := 1.0
			if i == 5 {
				step = 10
			}
			values = append(values, values[len(values)-1]+step)
		}
		c := cardOf(values, 1)
		require.True(t, c.unitRoot)
		last := values[len(values)-1]
		for k, v := range c.delta(3) {
			assert.InDelta(t, last+float64(k+1), v, 1e-9)
		}
	})
	t.Run("delta stands still where recent and long growth differ in sign", func(t *testing.T) {
		values := make([]float64, 30)
		for i := range values {
			values[i] = -float64(i)
			if i > 23 {
				values[i] = values[23] + 0.5*float64(i-23)
			}
		}
		c := cardOf(values, 1)
		require.True(t, c.unitRoot)
		for _, v := range c.delta(4) {
			assert.InDelta(t, values[29], v, 1e-9)
		}
	})
	t.Run("delta of a stationary series is the mean of its recent past", func(t *testing.T) {
		var values []float64
		for i := range 40 {
			values = append(values, math.Pow(-1, float64(i)))
		}
		c := cardOf(values, 1)
		require.False(t, c.unitRoot)
		assert.InDeltaSlice(t, []float64{0, 0, 0}, []float64(c.delta(3)), 1e-9)
	})
	t.Run("rho follows an autoregression", func(t *testing.T) {
		values := []float64{10}
		noise := uint32(1)
		for range 150 {
			noise = noise*1664525 + 1013904223
			values = append(values, 0.3*values[len(values)-1]+float64(noise>>16)/65536-0.5)
		}
		c := cardOf(values, 1)
		form := rhoForm{lag: true}
		fit, ok := c.fitRho(form)
		require.True(t, ok)
		assert.InDelta(t, 0.3, fit.slopes[0], 0.1)
	})
	t.Run("a geometric growth goes on", func(t *testing.T) {
		values := make([]float64, 60)
		for i := range values {
			values[i] = math.Pow(1.02, float64(i))
		}
		for k, v := range (Card{}).Predict(whole(values, 6))[0].Paths[0] {
			assert.InEpsilon(t, math.Pow(1.02, float64(60+k)), v, 0.02)
		}
	})
	t.Run("nine in ten are below the quantile of chi squared", func(t *testing.T) {
		assert.InDelta(t, 0.9, distuv.ChiSquared{K: 1}.CDF(chiSquared90), 1e-12)
	})
	t.Run("lesser keeps the smaller of the same sign", func(t *testing.T) {
		assert.InDelta(t, -1.0, lesser(-3, -1), 0)
		assert.InDelta(t, 2.0, lesser(2, 5), 0)
		assert.InDelta(t, 0.0, lesser(2, -5), 0)
	})
}

// TestComputedCard compares with numbers that a program of its own computed, written in Python after the
// papers' words alone, with every seasonal dummy written out and regressions solved by elimination.
func TestComputedCard(t *testing.T) {
	t.Run("delta, rho and the calibrated average of passengers", func(t *testing.T) {
		c := cardOf(airPassengers, 12)
		assert.InDeltaSlice(t, []float64{6.10463, 6.04476, 6.14999, 6.1965, 6.23034, 6.36546}, []float64(c.delta(6)), 1e-5)
		assert.InDeltaSlice(t, []float64{6.10203, 6.07141, 6.18796, 6.17367, 6.19676, 6.33627}, []float64(c.rho(6)), 1e-5)
		assert.InDeltaSlice(t, []float64{446.89817, 430.30559, 477.43525, 480.54498, 495.79922, 570.30217}, []float64(c.path(6)), 1e-3)
	})
	t.Run("the uncertain autoregression of passengers", func(t *testing.T) {
		fit, ok := cardOf(airPassengers, 12).fitRho(rhoForm{lag: true, seasonLag: true, dummies: true})
		require.True(t, ok)
		assert.InDelta(t, 0.7700525, fit.slopes[0], 1e-6)
		assert.InDelta(t, 0.0540274, fit.errors[0], 1e-6)
	})
	t.Run("delta, rho and the calibrated average of the Nile, which has no season", func(t *testing.T) {
		c := cardOf(nile, 1)
		assert.InDeltaSlice(t, []float64{6.60246, 6.59828, 6.59409, 6.58991}, []float64(c.delta(4)), 1e-5)
		assert.InDeltaSlice(t, []float64{6.71014, 6.7585, 6.7811, 6.79166}, []float64(c.rho(4)), 1e-5)
		assert.InDeltaSlice(t, []float64{761.9138, 771.06742, 770.67748, 765.82013}, []float64(c.path(4)), 1e-3)
	})
}

// TestRegress compares with gonum's least squares on the same regressors, constants written out.
func TestRegress(t *testing.T) {
	const first, n = 14, 130
	columns := [][]float64{airPassengers[first-1 : first-1+n], airPassengers[first-12 : first-12+n]}
	targets := airPassengers[first : first+n]
	for _, season := range []int{1, 12} {
		t.Run(fmt.Sprintf("with %d constants", season), func(t *testing.T) {
			fit, ok := regress(columns, targets, first, season, new(room))
			require.True(t, ok)
			x := mat.NewDense(n, season+2, nil)
			for i := range n {
				x.Set(i, (first+i)%season, 1)
				x.Set(i, season, columns[0][i])
				x.Set(i, season+1, columns[1][i])
			}
			var want, left, gram, inverse mat.Dense
			y := mat.NewDense(n, 1, append([]float64(nil), targets...))
			require.NoError(t, want.Solve(x, y))
			for place := range season {
				assert.InEpsilon(t, want.At(place, 0), fit.constants[place], 1e-6)
			}
			left.Mul(x, &want)
			left.Sub(y, &left)
			assert.InEpsilon(t, mat.Norm(&left, 2)/math.Sqrt(float64(n-season-2)), fit.deviation, 1e-6)
			gram.Mul(x.T(), x)
			require.NoError(t, inverse.Inverse(&gram))
			for i := range 2 {
				assert.InEpsilon(t, want.At(season+i, 0), fit.slopes[i], 1e-6)
				assert.InEpsilon(t, fit.deviation*math.Sqrt(inverse.At(season+i, season+i)), fit.errors[i], 1e-4)
			}
			sum := want.At((first+n)%season, 0)
			for i, v := range []float64{5, 7} {
				sum += want.At(season+i, 0) * v
			}
			assert.InEpsilon(t, sum, fit.value(first+n, []float64{5, 7}), 1e-6)
		})
	}
	t.Run("refuses fewer targets than unknowns", func(t *testing.T) {
		_, ok := regress([][]float64{nile[:4]}, nile[1:5], 1, 3, new(room))
		assert.False(t, ok)
	})
	t.Run("refuses a regressor that never changes", func(t *testing.T) {
		_, ok := regress([][]float64{make([]float64, 90)}, nile[:90], 0, 1, new(room))
		assert.False(t, ok)
	})
}
