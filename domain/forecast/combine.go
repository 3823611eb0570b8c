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
	values     []float64
	origins    []int // falling, the first the whole series
	horizon    int
	candidates []model.Candidate
	errors     []float64 // mean absolute error over all rolling origins, per candidate
	weights    []float64
}

// weightPower turns errors into weights: a model half as wrong weighs four times as much.
const weightPower = 2

// rollingOrigins returns the lengths of history from which models are judged: a third of the horizon
// apart, up to nine, none before the middle of the series.
func rollingOrigins(n, horizon int) []int {
	const count = 9
	step := max(1, min(horizon/3, (n-n/2)/count))
	origins := []int{n}
	for k := 1; k <= count && n-k*step >= n/2; k++ {
		origins = append(origins, n-k*step)
	}
	return origins
}

// variantsKept is how many variants of one model count, its best: more would outvote other models.
const variantsKept = 2

// run has every model predict a scaled series and weighs the models.
func run(values []float64, granularity Granularity, horizon int) *trial {
	t := &trial{values: values, horizon: horizon, origins: rollingOrigins(len(values), horizon)}
	task := model.Task{Values: values, Seasons: granularity.seasons(), Origins: t.origins, Horizon: horizon}
	for _, m := range granularity.models() {
		variants := slices.DeleteFunc(m.Predict(task), func(c model.Candidate) bool { return !complete(c) })
		if len(variants) > variantsKept {
			slices.SortStableFunc(variants, func(a, b model.Candidate) int { return cmp.Compare(t.error(a), t.error(b)) })
			variants = variants[:variantsKept]
		}
		t.candidates = append(t.candidates, variants...)
	}
	t.weigh()
	return t
}

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

// weigh turns the candidates' errors into weights.
func (t *trial) weigh() {
	best := math.Inf(1)
	for _, candidate := range t.candidates {
		e := t.error(candidate)
		t.errors = append(t.errors, e)
		best = min(best, e)
	}
	const floor = 1e-9 // of a scaled series; a perfect fit must not silence all others
	for _, e := range t.errors {
		t.weights = append(t.weights, math.Pow((best+floor)/(e+floor), weightPower))
	}
}

// combined returns the weighted interquartile mean of the candidates from an origin: the mean of what
// lies between the weighted first and third quartile at each step, as robust as a median and smoother.
func (t *trial) combined(origin int) []float64 {
	total := 0.0
	for _, w := range t.weights {
		total += w
	}
	path := make([]float64, t.horizon)
	order := make([]int, len(t.candidates))
	for k := range path {
		for j := range order {
			order[j] = j
		}
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Compare(t.candidates[a].Paths[origin][k], t.candidates[b].Paths[origin][k])
		})
		low, high, passed, sum := 0.25*total, 0.75*total, 0.0, 0.0
		for _, j := range order {
			share := min(passed+t.weights[j], high) - max(passed, low)
			if share > 0 {
				sum += share * t.candidates[j].Paths[origin][k]
			}
			passed += t.weights[j]
		}
		path[k] = sum / (high - low)
	}
	return path
}
