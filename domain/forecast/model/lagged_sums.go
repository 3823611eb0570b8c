package model

// laggedSums holds running sums of products of a series with itself at every distance that two lags
// can have, from which the normal equations of a regression on lags follow for any length of history:
// the sum over t of y[t−i]·y[t−j] is a difference of two running sums of y[s]·y[s−(j−i)].
type laggedSums struct {
	mean  float64
	lags  []int       // 0 first, for the target
	plain []float64   // running sums of the centred values
	at    [][]float64 // running sums of products by distance, nil where no two lags have it
}

// newLaggedSums sums over values, centred by the mean of the first known of them.
func newLaggedSums(values []float64, lags []int, known int) *laggedSums {
	n := len(values)
	s := &laggedSums{lags: append([]int{0}, lags...), plain: make([]float64, n+1)}
	for _, v := range values[:known] {
		s.mean += v / float64(known)
	}
	centred := make([]float64, n)
	for i, v := range values {
		centred[i] = v - s.mean
		s.plain[i+1] = s.plain[i] + centred[i]
	}
	s.at = make([][]float64, lags[len(lags)-1]+1)
	for i, a := range s.lags {
		for _, b := range s.lags[i:] {
			if d := b - a; s.at[d] == nil {
				s.at[d] = runningProducts(centred, d)
			}
		}
	}
	return s
}

// runningProducts returns the running sums of y[s]·y[s−distance]; entry t sums over s < t.
func runningProducts(y []float64, distance int) []float64 {
	sums := make([]float64, len(y)+1)
	sum := 0.0
	later, run := y[distance:], sums[distance+1:]
	for s, earlier := range y[:len(later)] {
		sum += later[s] * earlier
		run[s] = sum
	}
	return sums
}

// equations fills the normal equations for a length of history.
func (s *laggedSums) equations(origin int, to *solver) {
	last := len(s.lags) - 1
	first := s.lags[last] // the first point that has all lags
	for i, a := range s.lags {
		row := to.target
		if i > 0 {
			row = to.matrix[(i-1)*to.size:]
		}
		for j := max(i, 1); j <= last; j++ {
			run := s.at[s.lags[j]-a]
			row[j-1] = run[origin-a] - run[first-a]
		}
		row[last] = s.plain[origin-a] - s.plain[first-a]
	}
	to.matrix[last*to.size+last] = float64(origin - first)
}
