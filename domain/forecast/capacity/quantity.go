package capacity

import (
	"math"
	"strconv"

	"github.com/shopspring/decimal"
)

// quantityDigits is how many fractional digits of a measured quantity meet a price: a millionth of a
// unit, far below what any meter resolves.
const quantityDigits = 6

// quantity takes a measured amount across the border to money: its shortest decimal spelling, rounded
// half to even at the sixth fractional digit. The amount must be finite.
func quantity(amount float64) decimal.Decimal {
	if math.IsNaN(amount) || math.IsInf(amount, 0) {
		panic("capacity: a quantity that is no finite number meets a price")
	}
	return decimal.RequireFromString(strconv.FormatFloat(amount, 'f', -1, 64)).RoundBank(quantityDigits)
}
