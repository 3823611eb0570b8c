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

// over returns values divided by a unit, to twelve digits: what dividing in another unit leaves in the last ones
// must not decide between models, or changes of level, that are as good as each other.
func over(values []float64, unit float64) []float64 {
	scaled := make([]float64, len(values))
	for i, v := range values {
		scaled[i] = twelveDigits(v / unit)
	}
	return scaled
}

// twelveDigits rounds the mantissa to 40 of its 52 bits.
func twelveDigits(v float64) float64 {
	const dropped = 12
	return math.Float64frombits((math.Float64bits(v) + 1<<(dropped-1)) &^ (1<<dropped - 1))
}
