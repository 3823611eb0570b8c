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
func (m misses) selected(origins []int) []float64 {
	columns := make([][]float64, len(m.rows[0]))
	length := 0
	for j := range columns {
		if !m.counts(j) {
			continue
		}
		for _, i := range origins {
			columns[j] = append(columns[j], m.rows[i][j]...)
		}
		length = len(columns[j])
	}
	weights, lacking := make([]float64, len(columns)), make([]float64, length) // lacking: less the sum picked
	for range selectionRounds {
		least, picked := math.Inf(1), -1
		for j, column := range columns {
			if column == nil {
				continue
			}
			if wrong := floats.Distance(lacking, column, 1); picked < 0 || wrong < least {
				least, picked = wrong, j
			}
		}
		weights[picked] += 1.0 / selectionRounds
		floats.Sub(lacking, columns[picked])
	}
	return weights
}
