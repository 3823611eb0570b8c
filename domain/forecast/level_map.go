package forecast

import (
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
}

func (m levelMap) isLaunch() bool {
	return m.positive && m.after > launchRatio*m.before
}

func (m levelMap) isOutage() bool {
	return m.positive && m.before > launchRatio*m.after
}

// levels measures both levels within some points of a shift, the one before by what would have come after it, and by
// how much the pattern grew with the level: as much as the level where nothing else shows, such as with twice the
// users, or not at all, such as with a job more that always runs. What shows is the slope of the new values on the
// expected ones, which counts by its variance against half the difference of the two, squared.
func (u unseasoned) levels(values []float64, at, reach int) levelMap {
	from, to := max(0, at-reach), min(len(values), at+reach)
	level := stat.Mean(u.values[from:at], nil)
	expected := make([]float64, to-at)
	for i := range expected {
		expected[i] = u.at(at+i, level)
	}
	since := values[at:to]
	m := levelMap{before: stat.Mean(expected, nil), after: stat.Mean(since, nil), gain: 1, positive: slices.Min(values) >= 0}
	if !m.positive || !(m.before > 0) {
		return m
	}
	m.ratio = m.after / m.before
	noise, products, squares := 0.0, 0.0, 0.0
	for i := from; i < at; i++ {
		e := max(1, m.ratio) * (values[i] - u.at(i, level))
		noise += e * e / float64(at-from)
	}
	for i, v := range expected {
		products += (v - m.before) * (since[i] - m.after)
		squares += (v - m.before) * (v - m.before)
	}
	m.gain = m.ratio
	if prior := (m.ratio - 1) / 2; squares > 0 && prior != 0 {
		trust := squares * prior * prior / (squares*prior*prior + noise)
		m.gain += trust * (products/squares - m.ratio)
		m.gain = min(max(m.gain, min(1, m.ratio)), max(1, m.ratio))
	}
	return m
}

// bring returns values with those before a point taken to the new level.
func (m levelMap) bring(values []float64, before int) []float64 {
	brought := slices.Clone(values)
	for i, v := range values[:before] {
		brought[i] = m.after + m.gain*(v-m.before)
		if m.positive {
			brought[i] = max(brought[i], 0)
		}
	}
	return brought
}
