package model

import "gonum.org/v1/gonum/floats"

// shrunk returns the indices drawn to a season of nothing, 1 or 0, by how much of their variance is that
// of their own estimation, after James and Stein (Miller and Williams 2003, "Shrinkage estimators of time
// series seasonal factors and their effect on forecasting accuracy", International Journal of Forecasting
// 19): W = (m−3)·V/Σ(S−1)² of the way for m places whose indices S are known with the variance V. Noise
// that looks like a season does little harm so, and no test has to tell the two apart. The result is nil
// where nothing of a season is left.
func (s seasonTally) shrunk() []float64 {
	indices, none := s.indices(), 0.0
	if s.multiplicative {
		none = 1
	}
	size := 0.0
	for _, index := range indices {
		size += (index - none) * (index - none)
	}
	keep := 1 - float64(len(indices)-3)*s.variance()/size
	if !(keep > 0) {
		return nil
	}
	keep = min(keep, 1)
	for i, index := range indices {
		indices[i] = none + keep*(index-none)
	}
	return indices
}

// variance is that of an index as an estimate: how much departures at the same place vary, over how many
// of them there are.
func (s seasonTally) variance() float64 {
	squares, free := 0.0, 0.0
	for i, count := range s.counts {
		if count > 1 {
			squares += s.squares[i] - s.sums[i]*s.sums[i]/count
			free += count - 1
		}
	}
	if free == 0 {
		return 0
	}
	return squares / free * float64(len(s.counts)) / floats.Sum(s.counts)
}
