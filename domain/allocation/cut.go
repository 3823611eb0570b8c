package allocation

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// cut divides an amount that spreads over a time at instants within it, in proportion to time, and
// hands each part on with its own time. The parts sum to the amount; they are in quanta of the
// currency's minor unit, or finer where the amount is.
func cut(start, end time.Time, cuts []time.Time, amount decimal.Decimal, minorDigits int, each func(start, end time.Time, part decimal.Decimal) error) error {
	divided := pieces(start, end, cuts, nil)
	if len(divided) == 1 {
		return each(start, end, amount)
	}
	weights := make([]decimal.Decimal, len(divided))
	for i, piece := range divided {
		weights[i] = decimal.NewFromInt(piece.weight)
	}
	ratio, err := money.DecimalWeights(weights)
	if err != nil {
		return err
	}
	digits := money.QuantumDigits(minorDigits, amount)
	portions, err := money.Apportion(money.Units(amount, digits), ratio)
	if err != nil {
		return err
	}
	for i, piece := range divided {
		until := end
		if i+1 < len(divided) {
			until = divided[i+1].start
		}
		if err := each(piece.start, until, portions.Decimal(i, digits)); err != nil {
			return err
		}
	}
	return nil
}
