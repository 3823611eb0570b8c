package anomaly

import (
	"math"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// checkAmount refuses amounts whose size no bill has; arithmetic on 1e999999999 would not end.
func checkAmount(pointer string, amount decimal.Decimal) error {
	exponent := int(amount.Exponent())
	if exponent < -2*money.MaxDigits || exponent > money.MaxDigits || amount.NumDigits() > 2*money.MaxDigits {
		return fault.Invalid(pointer, "an amount has more than %d digits before or after the point", money.MaxDigits)
	}
	return nil
}

// powersOfTen holds 10^0 to 10^22, each exact as a float64.
var powersOfTen = func() [23]float64 {
	var powers [23]float64
	powers[0] = 1
	for i := 1; i < len(powers); i++ {
		powers[i] = powers[i-1] * 10
	}
	return powers
}()

// inexact returns an amount for statistics. Up to 15 digits, which costs have, one division gives
// the nearest float64 and takes a twentieth of the general way's time.
func inexact(amount decimal.Decimal) float64 {
	exponent := int(amount.Exponent())
	if exponent <= 0 && exponent > -len(powersOfTen) && amount.NumDigits() <= 15 {
		return float64(amount.CoefficientInt64()) / powersOfTen[-exponent]
	}
	return amount.InexactFloat64()
}

// estimated returns a statistical estimate as money, rounded to fractional digits. What is not a
// finite number is zero.
func estimated(value float64, digits int32) decimal.Decimal {
	amount, err := decimal.NewFromString(strconv.FormatFloat(value, 'f', int(digits), 64))
	if err != nil {
		return decimal.Zero
	}
	return amount
}

// zText writes a z-score with two digits; empty for NaN and infinities, which stand for none.
func zText(z float64) string {
	if math.IsNaN(z) || math.IsInf(z, 0) {
		return ""
	}
	return strconv.FormatFloat(z, 'f', 2, 64)
}
