package anomaly

import (
	"math"
	"math/big"

	"github.com/shopspring/decimal"
)

// lookback holds the exact moments of the periods that a current cost is compared with. With n
// costs of sum S and sum of squares Q, the mean is S/n and the sample variance (n·Q − S²)/(n·(n−1));
// kept as whole sums, neither is ever rounded.
type lookback struct {
	count        decimal.Decimal
	sum, squares decimal.Decimal
}

func newLookback(costs []decimal.Decimal) lookback {
	moments := lookback{count: decimal.New(int64(len(costs)), 0)}
	for _, cost := range costs {
		moments.sum = moments.sum.Add(cost)
		moments.squares = moments.squares.Add(cost.Mul(cost))
	}
	return moments
}

// mean returns the mean rounded to fractional digits, half away from zero.
func (l lookback) mean(digits int32) decimal.Decimal { return l.sum.DivRound(l.count, digits) }

// distance returns n·(cost − mean).
func (l lookback) distance(cost decimal.Decimal) decimal.Decimal {
	return l.count.Mul(cost).Sub(l.sum)
}

// dispersion returns n·(n−1)·variance, which is zero exactly when all costs are equal.
func (l lookback) dispersion() decimal.Decimal {
	return l.count.Mul(l.squares).Sub(l.sum.Mul(l.sum))
}

// beyond reports whether a cost lies more than so many sample standard deviations from the mean, on
// either side. It compares squares:
//
//	(n·c − S)²·(n−1) > k²·n·(n·Q − S²)
func (l lookback) beyond(cost, deviations decimal.Decimal) bool {
	distance := l.distance(cost)
	left := distance.Mul(distance).Mul(l.count.Sub(decimal.New(1, 0)))
	right := deviations.Mul(deviations).Mul(l.count).Mul(l.dispersion())
	return left.GreaterThan(right)
}

// zScore returns (cost − mean) / standard deviation to 53 bits; the dispersion must not be zero.
func (l lookback) zScore(cost decimal.Decimal) float64 {
	distance := l.distance(cost)
	numerator := distance.Mul(distance).Mul(l.count.Sub(decimal.New(1, 0)))
	square := new(big.Rat).Quo(numerator.Rat(), l.count.Mul(l.dispersion()).Rat())
	root, _ := new(big.Float).SetPrec(128).SetRat(square).Float64()
	return float64(distance.Sign()) * math.Sqrt(root)
}
