package forecast

import "math"

// unit returns what a series is divided by before models see it, so that they and their tolerances
// need not know its unit: the mean magnitude, or 1 for a series of zeros.
func unit(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += math.Abs(v) / float64(len(values))
	}
	if sum == 0 {
		return 1
	}
	return sum
}

// isConstant reports whether every value is the first.
func isConstant(values []float64) bool {
	for _, v := range values {
		if v != values[0] {
			return false
		}
	}
	return true
}

// over returns values divided by a unit.
func over(values []float64, unit float64) []float64 {
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = v / unit
	}
	return scaled
}
