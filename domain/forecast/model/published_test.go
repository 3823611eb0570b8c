package model

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// airPassengers are the monthly totals of international airline passengers, in thousands, 1949 to 1960
// (Box and Jenkins 1976, "Time series analysis: forecasting and control", series G), on which other
// people's programs have published their forecasts.
var airPassengers = []float64{
	112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
	145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
	196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
	242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
	315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
	360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
}

// nile is the yearly flow of the Nile at Aswan in 10⁸ m³, 1871 to 1970 (Cobb 1978, "The problem of the
// Nile", Biometrika 65).
var nile = []float64{
	1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
	1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
	831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
	781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
	744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
}

// whole predicts from the end of a series alone.
func whole(values []float64, horizon int, seasons ...int) Task {
	return Task{Values: values, Seasons: seasons, Origins: []int{len(values)}, Horizon: horizon}
}

func TestPublishedSmoothing(t *testing.T) {
	t.Run("the level of the Nile smoothed by R's HoltWinters", func(t *testing.T) {
		fit := fitSmoothing(nile, 1, form{trend: noTrend}, nil)
		assert.InDelta(t, 0.2466, fit.parameters[pLevel], 0.01)
		path := fit.paths(nile, 0, []int{len(nile)}, 3)[0]
		for _, v := range path {
			assert.InDelta(t, 805.04, v, 2)
		}
	})
	t.Run("passengers by R's ets(M,Ad,M)", func(t *testing.T) {
		fit := fitSmoothing(airPassengers, 12, form{dampedTrend, multipliedSeason, true}, nil)
		path := fit.paths(airPassengers, 0, []int{144}, 12)[0]
		for k, want := range []float64{
			441.8018, 434.1186, 496.63, 483.2375, 483.9914, 551.0244, 613.1797, 609.3648, 530.5408, 463.0332, 402.7478, 451.9694,
		} {
			assert.InEpsilon(t, want, path[k], 0.03, "step %d", k+1)
		}
	})
	t.Run("passengers without a season by R's ses and holt", func(t *testing.T) {
		ses := fitSmoothing(airPassengers, 1, form{trend: noTrend}, nil)
		assert.InDelta(t, 431.9958, ses.paths(airPassengers, 0, []int{144}, 1)[0][0], 0.5)
		holt := fitSmoothing(airPassengers, 1, form{trend: linearTrend}, nil)
		for k, v := range holt.paths(airPassengers, 0, []int{144}, 5)[0] {
			want := []float64{433.6004, 435.2049, 436.8093, 438.4138, 440.0182}[k]
			assert.InEpsilon(t, want, v, 0.02, "step %d", k+1)
		}
	})
	t.Run("the automatic choice for passengers has a multiplied season and a trend", func(t *testing.T) {
		chosen := chooseSmoothing(airPassengers, 12)
		assert.Equal(t, multipliedSeason, chosen.form.season)
		assert.NotEqual(t, noTrend, chosen.trend)
	})
}

// requireSlope holds an objective to a value found in another way once it was called, and its gradient to
// differences of its values.
func requireSlope(t *testing.T, f objective, at []float64, other func() float64) {
	t.Helper()
	var here, above, below slope
	at = slices.Clone(at) // which the objective may hold
	f(at, &here)
	require.InEpsilon(t, other(), here.value, 1e-12)
	for k, v := range at {
		moved, step := slices.Clone(at), 1e-6*(math.Abs(v)+0.1)
		moved[k] = v + step
		f(moved, &above)
		moved[k] = v - step
		f(moved, &below)
		want := (above.value - below.value) / (2 * step)
		require.InDelta(t, want, here.gradient[k], 1e-4*(math.Abs(want)+1), "parameter %d", k)
	}
}

func TestSmoothingLikelihood(t *testing.T) {
	for _, season := range []int{1, 12} {
		for _, f := range forms(airPassengers, season) {
			t.Run(fmt.Sprintf("the slope is its own with a season of %d and the form %v", season, f), func(t *testing.T) {
				s := fitSmoothing(airPassengers, season, f, nil)
				s.parameters[pLevel], s.parameters[pSeason] = 0.4, 0.2
				if s.trend != noTrend {
					s.parameters[pTrend] = 0.3
				}
				at, n := s.parameters[:s.searched()], float64(len(airPassengers))
				requireSlope(t, newSmoothingLikelihood(s, airPassengers, len(at), new(room)).at, at, func() float64 {
					s.begin()
					squares, logs := 0.0, 0.0
					for i, v := range airPassengers {
						expected := s.ahead(1)[0]
						e := v - expected
						if s.relative {
							e /= expected
							logs += math.Log(expected)
						}
						squares += e * e
						s.follow(airPassengers[i : i+1])
					}
					return n*math.Log(squares/n) + 2*logs
				})
			})
		}
	}
}

// fittedComplex is a form of complex smoothing fitted from nothing.
func fittedComplex(history []float64, season int) *complexFit {
	f := startComplex(history, season)
	f.fit(history, complexLooks)
	return f
}

func TestPublishedComplexSmoothing(t *testing.T) {
	t.Run("passengers without a season by R's ces", func(t *testing.T) {
		f := fittedComplex(airPassengers, 1)
		f.parameters = [complexParameters]float64{2.001457, 1.000727}
		path := f.paths(airPassengers, 0, []int{144}, 13)[0]
		for k, want := range []float64{
			430.9211, 432.4049, 431.2324, 432.7212, 431.5439, 433.0376, 431.8556, 433.3543, 432.1675, 433.6712, 432.4796, 433.9884, 432.7920,
		} {
			assert.InEpsilon(t, want, path[k], 0.003, "step %d", k+1)
		}
	})
	t.Run("passengers with a full season by R's ces", func(t *testing.T) {
		f := fittedComplex(airPassengers, 12)
		f.parameters = [complexParameters]float64{1.350795, 1.009169, 1.777909, 0.973739}
		path := f.paths(airPassengers, 0, []int{144}, 13)[0]
		for k, want := range []float64{
			450.9262, 429.2925, 465.4771, 510.1799, 517.9913, 578.5654, 655.9219, 638.6218, 542.0985, 498.1064, 431.3293, 477.3273, 501.3757,
		} {
			assert.InEpsilon(t, want, path[k], 0.02, "step %d", k+1)
		}
	})
	squares := func(f *complexFit) float64 {
		f.backcast(airPassengers)
		return f.follow(airPassengers)
	}
	t.Run("the fit is as good as R's parameters", func(t *testing.T) {
		f := fittedComplex(airPassengers, 1)
		own := squares(f)
		f.parameters = [complexParameters]float64{2.001457, 1.000727}
		assert.LessOrEqual(t, own, 1.001*squares(f))
	})
	for _, season := range []int{1, 12} {
		t.Run(fmt.Sprintf("the slope of the likelihood is its own with a season of %d", season), func(t *testing.T) {
			f := fittedComplex(airPassengers, season)
			f.parameters = [complexParameters]float64{1.4, 1.02, 1.5, 0.97}
			count := f.searched()
			n, places := float64(len(airPassengers)), f.place()
			requireSlope(t, newComplexLikelihood(f, airPassengers, count, new(room)).at, places[:count], func() float64 {
				return n * math.Log(squares(f)/n)
			})
		})
	}
}

func TestPublishedTheta(t *testing.T) {
	t.Run("passengers by the dynamic standard theta model, θ = 2", func(t *testing.T) {
		// The published smoothing is at its upper bound, so that the first level does not matter.
		paths := thetaPaths(airPassengers, thetaParameters{112, 0.9999, 0.5}, []int{144}, 5)
		require.Len(t, paths, 1)
		for k, want := range []float64{432.9292, 434.2520, 435.5693, 436.8809, 438.1871} {
			assert.InDelta(t, want, paths[0][k], 0.5, "step %d", k+1)
		}
	})
	t.Run("θ = 1 is simple exponential smoothing", func(t *testing.T) {
		level := 100.0
		for _, v := range nile {
			level += 0.3 * (v - level)
		}
		for _, v := range thetaPaths(nile, thetaParameters{100, 0.3, 0}, []int{100}, 4)[0] {
			assert.InDelta(t, level, v, 1e-9)
		}
	})
	t.Run("the running line is the least squares line of the points so far", func(t *testing.T) {
		line := runningLine{base: nile[0], count: 1}
		for _, v := range nile[1:] {
			line.add(v)
		}
		wantIntercept, wantSlope := startLine(nile, len(nile))
		intercept, slope := line.fit()
		assert.InDelta(t, wantIntercept, intercept, 1e-6)
		assert.InDelta(t, wantSlope, slope, 1e-6)
	})
	// squares is the sum of squared errors of one step, state by state.
	squares := func(history []float64, p thetaParameters) (sum float64) {
		state := newThetaState(history[0], p)
		for i, v := range history[1:] {
			if e := v - state.expected(); i > 1 {
				sum += e * e
			}
			state.follow(v)
		}
		return sum
	}
	t.Run("no other parameters are better than the optimised ones", func(t *testing.T) {
		for name, history := range map[string][]float64{"passengers": airPassengers, "the Nile": nile} {
			fitted := squares(history, *fitTheta(history, nil))
			for alpha := 0.1; alpha < 0.99; alpha += 0.02 {
				for weight := 0.0; weight < 1; weight += 0.05 {
					for _, first := range []float64{0, history[0] / 2, history[0], 2 * history[0]} {
						other := squares(history, thetaParameters{first, alpha, weight})
						assert.LessOrEqual(t, fitted, 1.0001*other, "%s: %v, %v, %v", name, first, alpha, weight)
					}
				}
			}
		}
	})
	t.Run("the errors of a fit are those of following the series", func(t *testing.T) {
		p, sum := newThetaFit(nile, new(room)).solve(0.3)
		assert.InEpsilon(t, squares(nile, p), sum, 1e-9)
	})
}
