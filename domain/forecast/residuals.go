package forecast

import "math"

// residuals are how much the outcome exceeded what was predicted from each rolling origin, over the
// size of the prediction: a row per origin, as long as its outcome is known.
type residuals struct {
	rows    [][]float64
	horizon int
}

// residuals returns those of the combined forecast.
func (t *trial) residuals() residuals {
	r := residuals{horizon: t.horizon}
	for i, origin := range t.origins[1:] {
		known := min(t.horizon, len(t.values)-origin)
		row := make([]float64, known)
		path := t.blended[i+1]
		size := size(path)
		for k, v := range path[:known] {
			row[k] = (t.values[origin+k] - v) / size
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// size returns by how much errors of a path are larger than at the usual level of a scaled series,
// which is 1: by the cube root of the path's mean magnitude, between errors that know no level and
// errors in proportion to it. It is one for all steps, so that a band does not narrow where a season
// is low.
func size(path []float64) float64 {
	const floor = 0.1
	mean := 0.0
	for _, v := range path {
		mean += math.Abs(v) / float64(len(path))
	}
	return math.Cbrt((mean + floor) / (1 + floor))
}

// fading is the weight of an origin's residuals over that of the origin after it: what happened lately
// tells more.
const fading = 0.8

// spread returns, for each step of the horizon, the mean absolute residual there and at neighbouring
// steps, later origins weighing more, made to rise with the horizon. One row may be left out
// (without ≥ 0), so that it can be judged by a spread that does not know it. Steps that no origin reached
// grow by the square root of the horizon, as the error of a random walk does. Without any residual the
// result is nil.
func (r residuals) spread(without int) []float64 {
	sums, counts := make([]float64, r.horizon), make([]float64, r.horizon)
	reached := 0
	for i, row := range r.rows {
		if i == without {
			continue
		}
		reached = max(reached, len(row))
		weight := math.Pow(fading, float64(i))
		for k, e := range row {
			sums[k] += weight * math.Abs(e)
			counts[k] += weight
		}
	}
	if reached == 0 {
		return nil
	}
	values, weights := smoothed(sums[:reached], counts[:reached])
	out := append(make([]float64, 0, r.horizon), isotonic(values, weights)...)
	last := out[reached-1]
	for k := reached; k < r.horizon; k++ {
		out = append(out, last*math.Sqrt(float64(k+1)/float64(reached)))
	}
	return out
}

// smoothed returns sums over counts, both added up over half as many steps to either side as lie before.
func smoothed(sums, counts []float64) (means, weights []float64) {
	n := len(sums)
	means, weights = make([]float64, n), make([]float64, n)
	for k := range n {
		reach := (k + 1) / 2
		s, c := 0.0, 0.0
		for j := max(0, k-reach); j <= min(n-1, k+reach); j++ {
			s += sums[j]
			c += counts[j]
		}
		means[k], weights[k] = s/c, c
	}
	return means, weights
}

// standardised returns every residual over the spread of the other rows.
func (r residuals) standardised() []float64 {
	var out []float64
	for i, row := range r.rows {
		spread := r.spread(i)
		if spread == nil {
			continue
		}
		for k, e := range row {
			if spread[k] > 0 {
				out = append(out, e/spread[k])
			}
		}
	}
	return out
}
