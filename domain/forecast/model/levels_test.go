package model

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// fixed predicts numbers, whatever the history.
type fixed map[int]Path // by the length of the history

func (f fixed) Predict(task Task) []Candidate {
	out := task.candidate("fixed")
	for i, origin := range task.Origins {
		if path := f[origin]; path != nil {
			out.Paths[i] = append(Path(nil), path[:task.Horizon]...)
		}
	}
	return []Candidate{out}
}

// TestLevels compares with what (S'W⁻¹S)⁻¹S'W⁻¹ŷ is by a program of its own, in fractions.
func TestLevels(t *testing.T) {
	points := Path{1, 2, 3, 4, 5, 6, 7, 8}
	reconciled := Path{41. / 24, 65. / 24, 77. / 24, 101. / 24, 137. / 24, 161. / 24, 185. / 24, 209. / 24}
	t.Run("reconciles points with quarters and whole seasons", func(t *testing.T) {
		model := Levels{Of: fixed{64: points, 32: {2, 3, 6, 8}, 8: {6}}, Name: "levels"}
		found := model.Predict(Task{Values: make([]float64, 64), Seasons: []int{8}, Origins: []int{64}, Horizon: 6})
		require.Len(t, found, 2)
		assert.Equal(t, points[:6], found[0].Paths[0])
		assert.Equal(t, "levels", found[1].Name)
		assert.InDeltaSlice(t, reconciled[:6], found[1].Paths[0], 1e-9)
	})
	t.Run("leaves out levels that are too short, and origins that the model leaves out", func(t *testing.T) {
		model := Levels{Of: fixed{63: points, 8: {6}}, Name: "levels"}
		found := model.Predict(Task{Values: make([]float64, 63), Seasons: []int{8}, Origins: []int{63, 60}, Horizon: 8})
		assert.InDeltaSlice(t, points, found[1].Paths[0], 1e-9)
		assert.Nil(t, found[1].Paths[1])
	})
	t.Run("sees a season of the week in days of hours", func(t *testing.T) {
		values := make([]float64, 24*7*6)
		for hour := range values {
			values[hour] = 10 + float64(hour/24%7)
		}
		found := Levels{Of: Theta{}, Name: "levels"}.Predict(whole(values, 168, 24, 168))
		wrong := func(path Path) (sum float64) {
			for k, v := range path {
				sum += math.Abs(v - 10 - float64(k/24%7))
			}
			return sum
		}
		assert.Less(t, wrong(found[1].Paths[0]), 0.7*wrong(found[0].Paths[0]))
	})
	t.Run("changes nothing where all levels agree", rapid.MakeCheck(func(t *rapid.T) {
		points := Path(rapid.SliceOfN(rapid.Float64Range(-10, 10), 24, 24).Draw(t, "points"))
		widths := []int{3, 4, 12}
		levels := make([]Path, len(widths))
		for j, width := range widths {
			levels[j] = make(Path, len(points)/width)
			for i, v := range points {
				levels[j][i/width] += v / float64(width)
			}
		}
		assert.InDeltaSlice(t, points, newReconciliation(12, widths).path(points, levels), 1e-9)
	}))
}
