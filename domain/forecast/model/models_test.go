package model

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func everyModel() map[string]Model {
	return map[string]Model{
		"seasonal naive": SeasonalNaive{}, "theta": Theta{}, "damped": Damped{}, "ets": Smoothing{}, "ces": ComplexSmoothing{},
		"card": Card{}, "mstl": MultiSeasonal{}, "mstl of logarithms": MultiSeasonal{Log: true},
		"walk":  SeasonalWalk{Cycles: 2, Share: 0.7},
		"ridge": Ridge{Lags: []int{1, 2, 3, 12}, Log: true, Variants: []Shrinkage{{"a", 0.1, 12}, {"b", 0.1, 0}}},
	}
}

func TestEveryModel(t *testing.T) {
	for name, m := range everyModel() {
		t.Run(name+" predicts only from what was known at an origin", func(t *testing.T) {
			changed := append([]float64(nil), airPassengers...)
			for i := 132; i < len(changed); i++ {
				changed[i] = 1 + float64(i%5)*1000
			}
			task := Task{Values: airPassengers, Seasons: []int{12}, Origins: []int{144, 132, 126, 120}, Horizon: 6}
			before := m.Predict(task)
			task.Values = changed
			after := m.Predict(task)
			for j := range before {
				for i := 1; i < len(task.Origins); i++ {
					for k, v := range before[j].Paths[i] {
						// The search ends within its tolerance of the same place; what is left is rounding.
						require.InEpsilon(t, v, after[j].Paths[i][k], 1e-6, "%s, origin %d", before[j].Name, task.Origins[i])
					}
				}
			}
		})
		t.Run(name+" continues a constant", func(t *testing.T) {
			values := make([]float64, 60)
			for i := range values {
				values[i] = 3
			}
			for _, candidate := range m.Predict(whole(values, 5, 12)) {
				for _, v := range candidate.Paths[0] {
					require.InDelta(t, 3, v, 1e-3)
				}
			}
		})
		t.Run(name+" says nothing of a history too short for it, and does not fail", func(t *testing.T) {
			for n := 1; n <= 16; n++ {
				for _, candidate := range m.Predict(whole(airPassengers[:n], 3, 12)) {
					for _, v := range candidate.Paths[0] {
						require.False(t, math.IsNaN(v) || math.IsInf(v, 0), "%d points", n)
					}
				}
			}
		})
		t.Run(name+" beats the last value on passengers", func(t *testing.T) {
			for _, candidate := range m.Predict(Task{Values: airPassengers, Seasons: []int{12}, Origins: []int{132}, Horizon: 12}) {
				own, naive := 0.0, 0.0
				for k, v := range candidate.Paths[0] {
					own += math.Abs(airPassengers[132+k] - v)
					naive += math.Abs(airPassengers[132+k] - airPassengers[131])
				}
				assert.Less(t, own, naive, candidate.Name)
			}
		})
		t.Run(name+" gives finite paths for what is odd", rapid.MakeCheck(func(t *rapid.T) {
			n := rapid.IntRange(2, 80).Draw(t, "length")
			values := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(-5, 5), rapid.Just(1.0)), n, n).Draw(t, "values")
			task := Task{Values: values, Seasons: []int{7}, Origins: []int{n, max(1, n-3), max(1, n/2)}, Horizon: 8}
			for _, candidate := range m.Predict(task) {
				for _, path := range candidate.Paths {
					for _, v := range path {
						if math.IsNaN(v) {
							t.Fatalf("%s predicts NaN", candidate.Name)
						}
					}
				}
			}
		}))
	}
}

func TestSeasonalNaive(t *testing.T) {
	predict := func(task Task) Path { return SeasonalNaive{}.Predict(task)[0].Paths[0] }
	t.Run("repeats the last cycle of the longest season that is there twice", func(t *testing.T) {
		values := []float64{1, 2, 3, 4, 5, 6, 7, 8}
		assert.Equal(t, Path{5, 6, 7, 8, 5}, predict(whole(values, 5, 2, 4)))
		assert.Equal(t, Path{7, 8, 7}, predict(whole(values, 3, 2, 5)))
	})
	t.Run("repeats the last value without a season", func(t *testing.T) {
		assert.Equal(t, Path{2, 2}, predict(whole([]float64{1, 2}, 2, 12)))
	})
}

func TestMultiSeasonal(t *testing.T) {
	wave := func(n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = 50 + 0.02*float64(i) + 8*math.Sin(2*math.Pi*float64(i)/24) + 5*math.Cos(2*math.Pi*float64(i)/168)
		}
		return values
	}
	t.Run("finds two seasons and a line", func(t *testing.T) {
		values := wave(840)
		rest := slices.Clone(values)
		seasonal := newSplitter(len(rest), 168, new(room)).mstl(rest, []int{24, 168})
		for i := 200; i < 640; i++ {
			require.InDelta(t, 50+0.02*float64(i), rest[i], 0.3)
			require.InDelta(t, values[i], rest[i]+seasonal[0][i]+seasonal[1][i], 1e-9, "parts sum to the whole")
		}
	})
	t.Run("continues them", func(t *testing.T) {
		all := wave(888)
		for _, log := range []bool{false, true} {
			path := MultiSeasonal{Log: log}.Predict(whole(all[:840], 48, 24, 168))[0].Paths[0]
			for k, v := range path {
				require.InDelta(t, all[840+k], v, 1.5, "log %v, step %d", log, k+1)
			}
		}
	})
	t.Run("without a season it is Theta", func(t *testing.T) {
		path := MultiSeasonal{}.Predict(whole(nile, 4))[0].Paths[0]
		assert.Equal(t, Theta{}.Predict(whole(nile, 4))[0].Paths[0], path)
	})
}

// loessOf is a loess that is ready for values.
func loessOf(n, window, jump, extra int) *loess {
	l := new(loess)
	l.prepare(n, window, jump, extra)
	return l
}

func TestLoess(t *testing.T) {
	t.Run("leaves a line as it is, and extends it", func(t *testing.T) {
		values := make([]float64, 30)
		for i := range values {
			values[i] = 2 + 3*float64(i)
		}
		for _, jump := range []int{1, 4} {
			out := make([]float64, 32)
			loessOf(30, 9, jump, 1).smooth(values, out)
			for i, v := range out {
				require.InDelta(t, 2+3*float64(i-1), v, 1e-9)
			}
		}
	})
	t.Run("weighs by the tricube of the distance", func(t *testing.T) {
		// At the middle of five points with a window of five, the outermost have weight zero; the fit
		// of the three others is symmetric, so it is their weighted mean.
		w := (1 - 0.125) * (1 - 0.125) * (1 - 0.125)
		values := []float64{9, 1, 4, 3, 9}
		out := make([]float64, 5)
		loessOf(5, 5, 1, 0).smooth(values, out)
		assert.InDelta(t, (w*1+4+w*3)/(1+2*w), out[2], 1e-9)
	})
}

// TestRidge compares with the regression written out as a matrix and solved by gonum.
func TestRidge(t *testing.T) {
	lags := []int{1, 2, 7, 12}
	for _, toward := range []int{0, 1, 12} {
		for _, origin := range []int{144, 120, 96} {
			t.Run(fmt.Sprintf("toward lag %d from origin %d equals gonum", toward, origin), func(t *testing.T) {
				const penalty = 0.05
				values := airPassengers
				mean := 0.0
				for _, v := range values[:origin] {
					mean += v / float64(origin)
				}
				rows := origin - 12
				x, y := mat.NewDense(rows, 5, nil), mat.NewVecDense(rows, nil)
				for r := range rows {
					for c, lag := range lags {
						x.Set(r, c, values[r+12-lag]-mean)
					}
					x.Set(r, 4, 1)
					y.SetVec(r, values[r+12]-mean)
				}
				var gram mat.Dense
				gram.Mul(x.T(), x)
				var right mat.VecDense
				right.MulVec(x.T(), y)
				add := penalty * (gram.At(0, 0) + gram.At(1, 1) + gram.At(2, 2) + gram.At(3, 3)) / 4
				for c := range 4 {
					gram.Set(c, c, gram.At(c, c)+add)
				}
				if p := place(lags, toward); p >= 0 {
					right.SetVec(p, right.AtVec(p)+add)
				}
				var weights mat.VecDense
				require.NoError(t, weights.SolveVec(&gram, &right))

				want := append([]float64(nil), values[:origin]...)
				for range 6 {
					next := weights.AtVec(4) + mean
					for c, lag := range lags {
						next += weights.AtVec(c) * (want[len(want)-lag] - mean)
					}
					want = append(want, next)
				}
				r := Ridge{Lags: lags, Variants: []Shrinkage{{"r", penalty, toward}}}
				path := r.Predict(Task{Values: values, Origins: []int{origin}, Horizon: 6})[0].Paths[0]
				assert.InDeltaSlice(t, want[origin:], []float64(path), 1e-6)
			})
		}
	}
	t.Run("a great penalty leaves the prior guess", func(t *testing.T) {
		r := Ridge{Lags: []int{1, 12}, Variants: []Shrinkage{{"r", 1e9, 12}}}
		path := r.Predict(whole(airPassengers, 3))[0].Paths[0]
		// The constant is free: the last year, raised by what a year added in the mean.
		rise := 0.0
		for i := 12; i < 144; i++ {
			rise += (airPassengers[i] - airPassengers[i-12]) / 132
		}
		for k, v := range path {
			assert.InDelta(t, airPassengers[132+k]+rise, v, 1e-3)
		}
	})
	t.Run("no feedback runs away", func(t *testing.T) {
		values := make([]float64, 40)
		for i := range values {
			values[i] = math.Pow(1.3, float64(i))
		}
		r := Ridge{Lags: []int{1, 2}, Variants: []Shrinkage{{"r", 0, 0}}}
		for _, v := range r.Predict(whole(values, 200))[0].Paths[0] {
			require.LessOrEqual(t, v, 2*values[39])
		}
	})
}

func TestDescend(t *testing.T) {
	anywhere := span{math.Inf(-1), math.Inf(1)}
	// Rosenbrock's valley as the sum of the squares of 10(y−x²) and 1−x.
	valley := func(p []float64, to *slope) {
		x, y := p[0], p[1]
		a, b := 10*(y-x*x), 1-x
		*to = slope{value: a*a + b*b}
		to.gradient = [mostParameters]float64{2*a*-20*x - 2*b, 2 * a * 10}
		to.curvature[0][0], to.curvature[1][1] = 2*(400*x*x+1), 200
		to.curvature[0][1], to.curvature[1][0] = -400*x, -400*x
	}
	t.Run("finds the least value of Rosenbrock's valley", func(t *testing.T) {
		at := []float64{-1.2, 1}
		worth := descend(valley, at, []span{anywhere, anywhere}, 40, 1e-12)
		assert.InDelta(t, 0, worth, 1e-9)
		assert.InDeltaSlice(t, []float64{1, 1}, at, 1e-4)
	})
	t.Run("stays within the spans, and finds the least value on their edge", func(t *testing.T) {
		at := []float64{-1.2, 1}
		descend(valley, at, []span{{-2, 0.5}, anywhere}, 40, 1e-12)
		assert.InDeltaSlice(t, []float64{0.5, 0.25}, at, 1e-4)
	})
	t.Run("leaves alone what may not move, and goes nowhere for what is no number", func(t *testing.T) {
		at := []float64{-1.2, 1}
		descend(valley, at, []span{{-1.2, -1.2}, anywhere}, 40, 1e-12)
		assert.InDeltaSlice(t, []float64{-1.2, 1.44}, at, 1e-4)
		descend(func(p []float64, to *slope) {
			valley(p, to)
			if p[1] != at[1] {
				to.value = math.NaN()
			}
		}, at, []span{{-1.2, -1.2}, anywhere}, 40, 1e-12)
		assert.InDeltaSlice(t, []float64{-1.2, 1.44}, at, 1e-4)
	})
}

func TestValley(t *testing.T) {
	for _, least := range []float64{0.1, 0.15, 0.3, 0.62, 0.97, 0.99} {
		t.Run(fmt.Sprintf("finds the bottom at %v", least), func(t *testing.T) {
			for start := 0.1; start < 1; start += 0.1 {
				at := valley(func(x float64) float64 { return math.Cosh(3*(x-least)) + x/100 }, start, 0.2, span{0.1, 0.99}, 1e-3)
				assert.InDelta(t, least, at, 4e-3, "from %v", start)
			}
		})
	}
}
