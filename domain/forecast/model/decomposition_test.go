package model

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// splitOf is a split that is ready for values.
func splitOf(values []float64, season, window int) *stl {
	s, room := new(stl), new(room)
	s.prepare(len(values), season, window, newSTLWork(len(values), season, room), room)
	return s
}

// TestDecomposition compares with numbers that a program of its own computed, written in Python after
// the papers' formulas alone: every local line by its weighted normal equations, at every place where
// R's stl computes it, one place of the season after the other.
func TestDecomposition(t *testing.T) {
	logs := make([]float64, len(airPassengers))
	for i, v := range airPassengers {
		logs[i] = math.Log(v)
	}
	t.Run("the season of passengers by STL, first, middle and last year", func(t *testing.T) {
		season := splitOf(logs, 12, 11).split(logs)
		for from, want := range map[int][]float64{
			0:   {-0.091299, -0.021725, 0.083823, 0.021809, -0.033936, 0.06706, 0.155851, 0.1576, 0.065785, -0.083409, -0.226631, -0.085659},
			72:  {-0.084604, -0.123635, 0.020028, -0.011473, -0.005447, 0.120637, 0.222054, 0.209354, 0.061527, -0.075094, -0.216265, -0.105667},
			132: {-0.088458, -0.161192, -0.054051, -0.035159, 0.000191, 0.139269, 0.274843, 0.268527, 0.065028, -0.06163, -0.214071, -0.12459},
		} {
			assert.InDeltaSlice(t, want, season[from:from+12], 1e-6)
		}
	})
	t.Run("the trend of passengers by STL", func(t *testing.T) {
		s := splitOf(logs, 12, 11)
		s.split(logs)
		trend := make([]float64, len(logs))
		s.ofTrend.smooth(s.work.detrended, trend)
		assert.InDeltaSlice(t, []float64{4.804493, 5.420025, 6.191973}, []float64{trend[0], trend[60], trend[143]}, 1e-6)
	})
	t.Run("two seasons of passengers by MSTL", func(t *testing.T) {
		rest := slices.Clone(logs)
		seasonal := newSplitter(len(rest), 12, new(room)).mstl(rest, []int{4, 12})
		for j, want := range [][]float64{
			{-0.006747, -0.029015, -0.012141, 0.046974, -0.005144, -0.027293, -0.016554, 0.047999, -0.003511, -0.025548, -0.020963, 0.049007},
			{-0.079314, -0.138784, -0.048409, -0.077168, 0.00768, 0.173109, 0.285844, 0.223161, 0.073397, -0.03471, -0.204747, -0.170885},
		} {
			assert.InDeltaSlice(t, want, seasonal[j][132:], 1e-6)
		}
		assert.InDeltaSlice(t, []float64{6.160595, 6.193655, 6.191857, 6.190303}, rest[140:], 1e-6)
	})
}
