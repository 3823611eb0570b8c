package forecast

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// weightPower turns errors into weights: a model half as wrong weighs four times as much.
const weightPower = 2

// evidence is from how many outcomes on the weights are as much those of the selected candidates as those
// by error: the more outcomes judge models, the more closely weights may be fitted to them.
const evidence = 300

// weigh returns the weights of the candidates that count, for a forecast from the end in row 0, and for
// each rolling origin made from those origins alone whose outcomes share nothing with its own, so that no
// combination is judged by what it was chosen on. They sum to 1 in each row.
//
// Part of the weight goes by error, the rest to those that ensemble selection picks. From the end, its
// picks are the mean of those of the origins: what one stretch of outcomes alone would choose counts little.
func (t *trial) weigh(counts func(candidate int) bool) [][]float64 {
	m := t.misses(counts)
	weights := make([][]float64, len(t.origins))
	picks, chosen := make([]float64, len(t.candidates)), 0.0
	outcomes := float64(len(t.values) - t.origins[len(t.origins)-1])
	share := outcomes / (outcomes + evidence)
	for i := range t.origins[1:] {
		apart := m.apart(t, i+1)
		weights[i+1] = m.byError(apart, i+1)
		if len(apart) > 0 {
			selected := m.selected(apart)
			floats.Add(picks, selected)
			chosen++
			mix(weights[i+1], selected, share)
		}
	}
	weights[0] = m.byError(m.all(), 0)
	if chosen > 0 {
		floats.Scale(1/chosen, picks)
		mix(weights[0], picks, share)
	}
	return weights
}

// mix moves weights a share of the way to others.
func mix(weights, others []float64, share float64) {
	for j, other := range others {
		weights[j] += share * (other - weights[j])
	}
}

// weighBest gives all weight to the candidate of least error among those that count: in row 0 over all
// origins, for each origin over those apart from it. Where nothing tells them apart, they weigh alike.
func (t *trial) weighBest(counts func(candidate int) bool) [][]float64 {
	m := t.misses(counts)
	weights := make([][]float64, len(t.origins))
	for i := range weights {
		judges := m.all()
		if i > 0 {
			judges = m.apart(t, i)
		}
		if weights[i] = m.byError(judges, i); len(judges) > 0 {
			best := floats.MaxIdx(weights[i])
			clear(weights[i])
			weights[i][best] = 1
		}
	}
	return weights
}

// misses are by how much outcomes exceeded what the candidates that count predicted from each rolling
// origin; nothing of those that do not count.
type misses struct {
	rows   [][]float64 // by candidate, one origin's outcomes after the other's
	starts []int       // where those of an origin start in a row; the end of a row at last
	logs   [][]float64 // logarithms of the sums of magnitudes, by rolling origin and candidate
}

// stretch is some origins, from one to before another.
type stretch struct{ from, to int }

func (t *trial) misses(counts func(candidate int) bool) misses {
	m := misses{make([][]float64, len(t.candidates)), make([]int, 1, len(t.origins)+1), make([][]float64, len(t.origins))}
	for i, origin := range t.origins {
		m.logs[i] = make([]float64, len(t.candidates))
		m.starts = append(m.starts, m.starts[i]+min(t.horizon, len(t.values)-origin))
	}
	for j, candidate := range t.candidates {
		if !counts(j) {
			continue
		}
		m.rows[j] = make([]float64, m.starts[len(t.origins)])
		for i, origin := range t.origins {
			row := m.rows[j][m.starts[i]:m.starts[i+1]]
			floats.SubTo(row, t.values[origin:origin+len(row)], candidate.Paths[i][:len(row)])
			m.logs[i][j] = floats.Norm(row, 1)
		}
	}
	for _, sums := range m.logs[1:] {
		m.logarithms(sums)
	}
	return m
}

// logarithms takes those of the sums of the candidates that count at one origin. A fit that is perfect by
// chance must not silence all others: to each a hundredth of their mean is added.
func (m misses) logarithms(sums []float64) {
	count := 0
	for j := range sums {
		if m.counts(j) {
			count++
		}
	}
	floor := floats.Sum(sums)/float64(100*count) + 1e-9
	for j, sum := range sums {
		if m.counts(j) {
			sums[j] = math.Log(sum + floor)
		}
	}
}

// all returns every rolling origin.
func (m misses) all() []stretch {
	if len(m.logs) == 1 {
		return nil
	}
	return []stretch{{1, len(m.logs)}}
}

// apart returns the rolling origins whose outcomes share nothing with those of one: the later and the
// earlier ones.
func (m misses) apart(t *trial, judged int) []stretch {
	later, earlier := judged, judged
	for later > 1 && t.origins[later-1]-t.origins[judged] < t.horizon {
		later--
	}
	for earlier < len(t.origins) && t.origins[judged]-t.origins[earlier] < t.horizon {
		earlier++
	}
	stretches := make([]stretch, 0, 2)
	for _, s := range []stretch{{1, later}, {earlier, len(t.origins)}} {
		if s.from < s.to {
			stretches = append(stretches, s)
		}
	}
	return stretches
}

// byError weighs candidates by their errors from some origins, alike where there are none: by the geometric
// mean over the origins, so that one stretch that nothing could foresee does not decide, and an origin by
// how near in time it is, one over its distance from the one that is weighed for.
func (m misses) byError(origins []stretch, judged int) []float64 {
	weights, all := make([]float64, len(m.rows)), 0.0
	for _, s := range origins {
		for i := s.from; i < s.to; i++ {
			near := 1 / math.Abs(float64(i-judged))
			floats.AddScaled(weights, near, m.logs[i])
			all += near
		}
	}
	if all > 0 {
		floats.Scale(1/all, weights)
	}
	best := math.Inf(1)
	for j, mean := range weights {
		if m.counts(j) {
			best = min(best, mean)
		}
	}
	total := 0.0
	for j, mean := range weights {
		if m.counts(j) {
			weights[j] = math.Exp(weightPower * (best - mean))
			total += weights[j]
		}
	}
	floats.Scale(1/total, weights)
	return weights
}

func (m misses) counts(candidate int) bool { return m.rows[candidate] != nil }
