package forecast

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

// judged is a trial of zeros whose candidates are wrong by a number at each origin.
func judged(wrong ...func(origin int) float64) *trial {
	const n, horizon = 600, 20
	t := &trial{values: make([]float64, n), horizon: horizon, origins: rollingOrigins(n, horizon)}
	for _, by := range wrong {
		candidate := model.Candidate{}
		for i := range t.origins {
			path := make(model.Path, horizon)
			floats.AddConst(by(i), path)
			candidate.Paths = append(candidate.Paths, path)
		}
		t.candidates = append(t.candidates, candidate)
		t.errors = append(t.errors, t.error(candidate))
	}
	return t
}

func always(wrong float64) func(int) float64 { return func(int) float64 { return wrong } }

func every(int) bool { return true }

func TestWeights(t *testing.T) {
	t.Run("sum to 1 from each origin, and leave out what does not count", func(t *testing.T) {
		test := judged(always(1), always(2), always(-3))
		for _, weights := range test.weigh(func(j int) bool { return j != 1 }) {
			require.InDelta(t, 1, floats.Sum(weights), 1e-12)
			require.Zero(t, weights[1])
			require.Positive(t, weights[2])
		}
	})
	t.Run("a model half as wrong weighs four times as much, as far as errors decide", func(t *testing.T) {
		m := judged(always(1), always(2)).misses(every)
		times := (2.015 / 1.015) * (2.015 / 1.015) // a hundredth of the mean error is added to each
		require.InDeltaSlice(t, []float64{times / (times + 1), 1 / (times + 1)}, m.byError(m.all(), 0), 1e-9)
	})
	t.Run("a stretch that nobody foresaw weighs no more than another", func(t *testing.T) {
		weigh := func(scale float64) []float64 {
			shocked := func(wrong float64) func(int) float64 {
				return func(i int) float64 {
					if i == 4 {
						return 100 * scale // alike for both
					}
					return wrong
				}
			}
			m := judged(shocked(1), shocked(2)).misses(every)
			return m.byError(m.all(), 0)
		}
		require.InDeltaSlice(t, weigh(1), weigh(100), 1e-12)
		require.Greater(t, weigh(100)[0], 0.7)
	})
	t.Run("the nearer in time an origin is, the more it counts", func(t *testing.T) {
		turns := func(early, late float64) func(int) float64 {
			return func(i int) float64 {
				if i <= 2 {
					return late
				}
				return early
			}
		}
		m := judged(turns(1, 2), turns(2, 1)).misses(every)
		require.Greater(t, m.byError(m.all(), 0)[1], 0.5, "two late origins of nine")
		require.Less(t, m.byError([]stretch{{1, 9}}, 9)[1], 0.5)
		require.InDelta(t, 0.5, m.byError([]stretch{{1, 2}, {5, 6}}, 3)[0], 1e-9)
	})
	t.Run("candidates that err alike do not outvote one that errs otherwise", func(t *testing.T) {
		test := judged(always(1), always(1), always(-1))
		m := test.misses(every)
		require.InDeltaSlice(t, []float64{0.6, 0, 0.4}, m.selected(m.all()), 1e-12)
		share := 90.0 / (90 + evidence) // nine origins ten apart
		require.InDelta(t, (1-share)/3+0.4*share, test.weigh(every)[0][2], 1e-9)
	})
	t.Run("a candidate that no other betters is picked alone", func(t *testing.T) {
		m := judged(always(1), always(2)).misses(every)
		require.InDeltaSlice(t, []float64{1, 0}, m.selected(m.all()), 1e-12)
	})
	t.Run("no origin is weighed by outcomes of its own", func(t *testing.T) {
		const origin = 5
		plain := judged(always(1), always(2), always(-3)).weigh(every)
		other := judged(always(1), func(i int) float64 {
			if i == origin {
				return 0
			}
			return 2
		}, always(-3)).weigh(every)
		require.Equal(t, plain[origin], other[origin])
		require.NotEqual(t, plain[0], other[0])
		require.NotEqual(t, plain[1], other[1])
	})
	t.Run("without an origin all weigh alike", func(t *testing.T) {
		test := judged(always(1), always(2))
		test.origins = test.origins[:1]
		require.Equal(t, [][]float64{{0.5, 0.5}}, test.weigh(every))
		require.Equal(t, [][]float64{{0.5, 0.5}}, test.weighBest(every))
	})
}

func TestBestAlone(t *testing.T) {
	const late = 2 // origins 1 and 2 are the latest, whose outcomes the others share little with
	test := judged(always(1), func(i int) float64 {
		if i <= late {
			return 0.1
		}
		return 1.1
	})
	weights := test.weighBest(every)
	require.Equal(t, []float64{0, 1}, weights[0], "over all origins the second is better")
	require.Equal(t, []float64{1, 0}, weights[1], "but not by what was known apart from the latest outcomes")
	require.Equal(t, []float64{0, 1}, weights[9])
	require.Equal(t, []float64{1, 0}, test.weighBest(func(j int) bool { return j == 0 })[0])
}
