package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
)

func TestCard(t *testing.T) {
	t.Run("passengers are seasonal, correlated and near a unit root in logarithms", func(t *testing.T) {
		c := newCard(airPassengers, 12)
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
		c := newCard(values, 1)
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
		c := newCard(values, 1)
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
		c := newCard(values, 1)
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
		c := newCard(values, 1)
		form := rhoForm{lag: true}
		fit, ok := c.fitRho(form)
		require.True(t, ok)
		assert.InDelta(t, 0.3, fit.coefficients[1], 0.1)
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
	t.Run("lesser keeps the smaller of the same sign", func(t *testing.T) {
		assert.InDelta(t, -1.0, lesser(-3, -1), 0)
		assert.InDelta(t, 2.0, lesser(2, 5), 0)
		assert.InDelta(t, 0.0, lesser(2, -5), 0)
	})
}

// TestRegress compares with gonum's least squares.
func TestRegress(t *testing.T) {
	rows := make([][]float64, 0, 100)
	x := mat.NewDense(98, 3, nil)
	for i := range 98 {
		row := []float64{1, nile[i+1], nile[i]}
		rows = append(rows, row)
		x.SetRow(i, row)
	}
	fit, ok := regress(rows, nile[2:])
	require.True(t, ok)
	var want mat.Dense
	require.NoError(t, want.Solve(x, mat.NewDense(98, 1, append([]float64(nil), nile[2:]...))))
	for i := range 3 {
		assert.InEpsilon(t, want.At(i, 0), fit.coefficients[i], 1e-6)
	}
	t.Run("standard errors are those of the inverse of the moments", func(t *testing.T) {
		var gram, inverse mat.Dense
		gram.Mul(x.T(), x)
		require.NoError(t, inverse.Inverse(&gram))
		for i := range 2 {
			assert.InEpsilon(t, fit.deviation*math.Sqrt(inverse.At(i, i)), fit.errors[i], 1e-4)
		}
	})
	t.Run("refuses fewer rows than regressors", func(t *testing.T) {
		_, ok := regress(rows[:3], nile[:3])
		assert.False(t, ok)
	})
}
