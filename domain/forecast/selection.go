package forecast

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// selectionRounds is how many candidates are picked, one of them as often as it helps.
const selectionRounds = 5

// selected weighs candidates by ensemble selection (Caruana, Niculescu-Mizil, Crew and Ksikes 2004,
// "Ensemble selection from libraries of models", ICML): one after the other is picked, again if need be,
// that makes the mean of those picked least wrong at the outcomes of some origins. Candidates that err
// alike so do not outvote one that errs otherwise. The weights sum to 1.
func (m misses) selected(origins []stretch) []float64 {
	weights := make([]float64, len(m.rows))
	lacking := make([]float64, m.starts[len(m.starts)-1]) // less the sum of those picked
	for range selectionRounds {
		least, picked := math.Inf(1), -1
		for j, row := range m.rows {
			if !m.counts(j) {
				continue
			}
			wrong := 0.0
			for _, s := range origins {
				from, to := m.starts[s.from], m.starts[s.to]
				wrong += distance(lacking[from:to], row[from:to])
			}
			if picked < 0 || wrong < least {
				least, picked = wrong, j
			}
		}
		weights[picked] += 1.0 / selectionRounds
		floats.Sub(lacking, m.rows[picked])
	}
	return weights
}

// distance is the sum of the magnitudes of differences, in four sums that do not wait for each other.
func distance(a, b []float64) float64 {
	var p, q, r, s float64
	for len(a) >= 4 && len(b) >= 4 {
		p += math.Abs(a[0] - b[0])
		q += math.Abs(a[1] - b[1])
		r += math.Abs(a[2] - b[2])
		s += math.Abs(a[3] - b[3])
		a, b = a[4:], b[4:]
	}
	for i, v := range a {
		p += math.Abs(v - b[i])
	}
	return p + q + (r + s)
}
