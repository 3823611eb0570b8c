package forecast

import (
	"cmp"
	"math"
	"slices"

	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

// trial is one series on its way through the models: what each predicts from the end and from the
// rolling origins, how wrong it was there, and what follows for its weight.
type trial struct {
	values        []float64
	origins       []int // falling, the first the whole series
	horizon       int
	candidates    []model.Candidate
	errors        []float64    // mean absolute error over all rolling origins, per candidate
	weights       [][]float64  // of the combination from each origin, by candidate
	spare         int          // how many candidates at the end have no weight but what somebody fixed for them
	blended       []model.Path // the combination, per origin
	seasonalNaive []model.Path // what others are held against, per origin
	naive         float64      // the part of a naive forecast in it, from 0 to 1
}

// rollingOrigins returns the lengths of history from which models are judged: half the horizon
// apart, up to nine, none before the middle of the series.
func rollingOrigins(n, horizon int) []int {
	const count = 9
	step := max(1, min((horizon+1)/2, (n-n/2)/count))
	origins := []int{n}
	for k := 1; k <= count && n-k*step >= n/2; k++ {
		origins = append(origins, n-k*step)
	}
	return origins
}

// variantsKept is how many variants of one model count, its best: more would outvote other models.
const variantsKept = 2

// run has every model predict a scaled series and weighs the models. Variants that are named stay as spare
// candidates where they are not among their model's best.
func run(values []float64, granularity ForecastGranularity, horizon int, named func(candidate string) bool) *trial {
	t := &trial{values: values, horizon: horizon, origins: rollingOrigins(len(values), horizon)}
	task := model.Task{Values: values, Seasons: granularity.seasons(), Origins: t.origins, Horizon: horizon}
	var spare []model.Candidate
	for _, m := range granularity.models() {
		variants := slices.DeleteFunc(m.Predict(task), func(c model.Candidate) bool { return !complete(c) })
		if len(variants) > variantsKept {
			slices.SortStableFunc(variants, func(a, b model.Candidate) int { return cmp.Compare(t.error(a), t.error(b)) })
			for _, other := range variants[variantsKept:] {
				if named(other.Name) {
					spare = append(spare, other)
				}
			}
			variants = variants[:variantsKept]
		}
		t.candidates = append(t.candidates, variants...)
	}
	t.candidates, t.spare = append(t.candidates, spare...), len(spare)
	t.seasonalNaive = model.SeasonalNaive{}.Predict(task)[0].Paths
	for _, candidate := range t.candidates {
		t.errors = append(t.errors, t.error(candidate))
	}
	t.weights = t.weigh(func(j int) bool { return !t.isSpare(j) })
	return t
}

// isSpare reports whether a candidate is a spare one.
func (t *trial) isSpare(candidate int) bool { return candidate >= len(t.candidates)-t.spare }

// complete reports whether a candidate predicted finite values from every origin.
func complete(candidate model.Candidate) bool {
	for _, path := range candidate.Paths {
		if path == nil {
			return false
		}
		for _, v := range path {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// blend combines the candidates at every origin.
func (t *trial) blend() {
	t.blended = make([]model.Path, len(t.origins))
	for i := range t.blended {
		t.blended[i] = t.combined(t.weights[i], i)
	}
}

// fix gives the forecast weights that somebody fixed. At the rolling origins the candidates among them are
// weighed as ever.
func (t *trial) fix(weights []float64) {
	t.weights = t.weigh(func(j int) bool { return weights[j] > 0 })
	t.weights[0] = weights
}

// error is the mean absolute error of a candidate over all rolling origins.
func (t *trial) error(candidate model.Candidate) float64 {
	sum, count := 0.0, 0
	for i, origin := range t.origins[1:] {
		for k, v := range candidate.Paths[i+1][:min(t.horizon, len(t.values)-origin)] {
			sum += math.Abs(t.values[origin+k] - v)
			count++
		}
	}
	return sum / float64(max(count, 1))
}

// combined returns the weighted interquartile mean of the candidates from an origin: the mean of what
// lies between the weighted first and third quartile at each step, as robust as a median and smoother.
func (t *trial) combined(weights []float64, origin int) []float64 {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	path := make([]float64, t.horizon)
	order, values := make([]int, len(t.candidates)), make([]float64, len(t.candidates))
	for j := range order {
		order[j] = j
	}
	for k := range path {
		for j, candidate := range t.candidates {
			values[j] = candidate.Paths[origin][k]
		}
		// By value, which is nearly in order as it was a step before.
		for i := 1; i < len(order); i++ {
			for at := i; at > 0 && values[order[at]] < values[order[at-1]]; at-- {
				order[at], order[at-1] = order[at-1], order[at]
			}
		}
		low, high, passed, sum := 0.25*total, 0.75*total, 0.0, 0.0
		for _, j := range order {
			share := min(passed+weights[j], high) - max(passed, low)
			if share > 0 {
				sum += share * values[j]
			}
			passed += weights[j]
		}
		path[k] = sum / (high - low)
	}
	return path
}
