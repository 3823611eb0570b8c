package forecast

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// levelMap takes values from one level to another: v becomes after + gain·(v − before).
type levelMap struct {
	before, after float64
	// ratio is after over before for a series without negative values, else 0.
	ratio    float64
	gain     float64
	positive bool // no value is below zero, and none becomes so
	// noisier says that the values since are so much noisier than those before would be on their level that these
	// tell nothing of them, as where a service was switched off and what is left is noise.
	noisier bool
}

// By how many times more deviation, and by what share of the new level, values are noisier.
const (
	noisierTimes = 4
	noisierShare = 0.2
)

func (m levelMap) isLaunch() bool {
	return m.positive && m.after > launchRatio*m.before
}

func (m levelMap) isOutage() bool {
	return m.positive && m.before > launchRatio*m.after
}

// levels measures both levels within some points of a shift, the one before by what would have come after it, and by
// how much the pattern grew with the level.
func (u unseasoned) levels(values []float64, at, reach int) levelMap {
	from, to := max(0, at-reach), min(len(values), at+reach)
	level := stat.Mean(u.values[from:at], nil)
	expected := make([]float64, to-at)
	for i := range expected {
		expected[i] = u.at(at+i, level)
	}
	since := values[at:to]
	m := levelMap{before: stat.Mean(expected, nil), after: stat.Mean(since, nil), gain: 1, positive: slices.Min(values) >= 0}
	noise := 0.0
	for i := from; i < at; i++ {
		e := values[i] - u.at(i, level)
		noise += e * e / float64(at-from)
	}
	least := 1.0
	if m.positive && m.before > 0 {
		m.ratio = m.after / m.before
		m.gain = m.gainOf(since, expected, noise)
		least = min(m.ratio, m.gain)
	}
	noiseSince := 0.0
	for i, v := range since {
		e := v - m.at(expected[i])
		noiseSince += e * e / float64(len(since))
	}
	m.noisier = math.Sqrt(noiseSince) > max(noisierTimes*least*math.Sqrt(noise), noisierShare*math.Abs(m.after))
	return m
}

// gainOf returns how much the pattern grew: as much as the level where nothing else shows, such as with twice the
// users, or not at all, such as with a job more that always runs. What shows is the slope of the new values on the
// expected ones, which counts by its variance against half the difference of the two, squared.
func (m levelMap) gainOf(since, expected []float64, noise float64) float64 {
	products, squares := 0.0, 0.0
	for i, v := range expected {
		products += (v - m.before) * (since[i] - m.after)
		squares += (v - m.before) * (v - m.before)
	}
	prior := (m.ratio - 1) / 2
	if squares == 0 || prior == 0 {
		return m.ratio
	}
	noise *= max(1, m.ratio*m.ratio)
	trust := squares * prior * prior / (squares*prior*prior + noise)
	gain := m.ratio + trust*(products/squares-m.ratio)
	return min(max(gain, min(1, m.ratio)), max(1, m.ratio))
}

// at returns a value on the new level.
func (m levelMap) at(v float64) float64 {
	v = m.after + m.gain*(v-m.before)
	if m.positive {
		return max(v, 0)
	}
	return v
}

// bring returns values with those before a point taken to the new level.
func (m levelMap) bring(values []float64, before int) []float64 {
	brought := slices.Clone(values)
	for i, v := range values[:before] {
		brought[i] = m.at(v)
	}
	return brought
}
