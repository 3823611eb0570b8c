package model

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSeasonalWalk(t *testing.T) {
	end := func(w SeasonalWalk, values []float64, horizon, season int) Path {
		return w.Predict(whole(values, horizon, season))[0].Paths[0]
	}
	t.Run("passengers by factors of two and of all years, computed apart", func(t *testing.T) {
		require.InDeltaSlice(t, []float64{
			446.6399, 428.9187, 466.6197, 478.2915, 492.29, 535.806, 595.1191,
			593.832, 522.6485, 482.9002, 437.1441, 471.2296, 487.199, 467.8686,
		}, end(SeasonalWalk{Cycles: 2, Share: 0.7}, airPassengers, 14, 12), 1e-3)
		require.InDeltaSlice(t, []float64{437.4676, 433.5872, 465.6907},
			end(SeasonalWalk{Cycles: 20, Share: 0.5}, airPassengers, 3, 12), 1e-3)
	})
	t.Run("a whole share of one cycle goes on as that cycle did", func(t *testing.T) {
		require.InDeltaSlice(t, []float64{4, 1, 3, 5, 2, 4},
			end(SeasonalWalk{Cycles: 1, Share: 1}, []float64{-1, 1, 3, 0, 2}, 6, 3), 1e-12, "terms where not all are positive")
	})
	t.Run("needs a season before the last value", func(t *testing.T) {
		task := Task{Values: airPassengers[:20], Seasons: []int{12}, Origins: []int{20, 13, 12}, Horizon: 2}
		paths := SeasonalWalk{Cycles: 2, Share: 0.5}.Predict(task)[0].Paths
		assert.NotNil(t, paths[1])
		assert.Nil(t, paths[2])
	})
}
