package model

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// delta predicts by growth rates whose trend is damped: the recent mean growth counts only as far as
// the mean of the whole, and the means without the one and the three largest growths, agree with it. A
// stationary series is predicted by means of its recent past.
func (c *card) delta(horizon int) Path {
	path := Path(c.room.take(horizon))
	indices := c.indices()
	if !c.unitRoot {
		recent, long := c.levels()
		for k := range path {
			path[k] = (recent + long) / 2
			if k == 0 {
				path[k] = recent
			}
			path[k] += indices[k%len(indices)]
		}
		return path
	}
	growths := c.growths()
	rest := min(6, len(growths))
	recent := lesser(stat.Mean(growths[len(growths)-rest:], nil), stat.Mean(c.z, nil))
	if !c.seasonal {
		recent = lesser(recent, (c.y[len(c.y)-1]-c.y[0])/float64(len(c.y)-1))
	}
	next, later := lesser(recent, c.meanWithout(growths, 1)), lesser(recent, c.meanWithout(growths, 3))
	level := c.y[len(c.y)-1]
	for k := range path {
		step := later
		if k == 0 {
			step = next
		}
		level += step + indices[k%len(indices)]
		path[k] = level
	}
	return path
}

// growths are the growth rates, or their means over each whole season.
func (c *card) growths() []float64 {
	if !c.seasonal {
		return c.z
	}
	m := c.season
	var means []float64
	for t := len(c.z) % m; t < len(c.z); t += m {
		means = append(means, stat.Mean(c.z[t:t+m], nil))
	}
	return means
}

// levels are the mean of the last season and of the last six.
func (c *card) levels() (recent, long float64) {
	m := max(c.season, 4)
	n := len(c.z)
	return stat.Mean(c.z[n-min(m, n):], nil), stat.Mean(c.z[n-min(6*m, n):], nil)
}

// indices are what each of the next points differs by from the others of a season: a mean of the last
// cycles in which the last one weighs most.
func (c *card) indices() []float64 {
	if !c.seasonal {
		return []float64{0}
	}
	weights := []float64{1, 2, 3, 9}
	if !c.unitRoot {
		weights = []float64{1, 2, 3, 4, 5, 20}
	}
	m, n := c.season, len(c.z)
	if cycles := n / m; cycles < len(weights) {
		weights = weights[len(weights)-cycles:]
	}
	total, mean := 0.0, 0.0
	for _, w := range weights {
		total += w
	}
	out := make([]float64, m)
	for k := range out {
		for i, w := range weights {
			out[k] += w / total * c.z[n-(len(weights)-i)*m+k]
		}
		mean += out[k] / float64(m)
	}
	for k := range out {
		out[k] -= mean
	}
	return out
}

// lesser is the one of two values that is nearer to zero, or zero where their signs differ.
func lesser(a, b float64) float64 {
	if a*b <= 0 {
		return 0
	}
	return math.Copysign(min(math.Abs(a), math.Abs(b)), a)
}

// meanWithout is the mean without a number of values, those largest in magnitude; at least one is left.
func (c *card) meanWithout(values []float64, count int) float64 {
	rest := c.room.take(len(values))
	copy(rest, values)
	for ; count > 0 && len(rest) > 1; count-- {
		largest, last := 0, len(rest)-1
		for i, v := range rest {
			if math.Abs(v) >= math.Abs(rest[largest]) {
				largest = i
			}
		}
		rest[largest] = rest[last]
		rest = rest[:last]
	}
	return stat.Mean(rest, nil)
}
