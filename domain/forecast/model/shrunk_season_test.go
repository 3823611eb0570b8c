package model

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestShrunkSeason compares with numbers that a program of its own computed, written in Python after the
// paper's formulas alone.
func TestShrunkSeason(t *testing.T) {
	t.Run("the season of passengers is nearly kept", func(t *testing.T) {
		assert.InDeltaSlice(t, []float64{
			0.9154467, 0.9550566, 1.0574437, 0.9797543, 0.9659884, 1.0816637, 1.1786745, 1.1659591, 1.0672663, 0.9170537, 0.7992864, 0.9164067,
		}, newSeasonTally(airPassengers[:48], 12, true).shrunk(), 1e-7)
	})
	t.Run("what the Nile seems to repeat every twelve years is nearly gone", func(t *testing.T) {
		assert.InDeltaSlice(t, []float64{
			0.9962837, 1.0077785, 0.9990820, 1.0148925, 1.0043093, 0.9856505, 0.9757766, 1.0033859, 0.9955979, 1.0094288, 1.0022168, 1.0055975,
		}, newSeasonTally(nile, 12, true).shrunk(), 1e-7)
	})
	t.Run("terms of an odd season", func(t *testing.T) {
		assert.InDeltaSlice(t, []float64{
			-16.5743704, 1.4658911, 23.4947230, -1.8857530, 9.1401247, 1.2730119, -16.9136282,
		}, newSeasonTally(nile, 7, false).shrunk(), 1e-6)
	})
	t.Run("noise has a season of nothing in half of all cases, and little in the others", func(t *testing.T) {
		random, gone := rand.New(rand.NewPCG(1, 2)), 0
		for range 200 {
			noise := make([]float64, 120)
			for i := range noise {
				noise[i] = random.NormFloat64()
			}
			indices := newSeasonTally(noise, 12, false).shrunk()
			if indices == nil {
				gone++
			}
			for _, index := range indices {
				assert.InDelta(t, 0, index, 0.7)
			}
		}
		assert.Greater(t, gone, 60)
	})
	t.Run("a constant history has none", func(t *testing.T) {
		assert.Nil(t, newSeasonTally([]float64{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, 4, true).shrunk())
	})
}
