package money

import (
	"math/big"

	"github.com/shopspring/decimal"
)

// QuantumDigits returns s of the quantum 10^−s in which an amount is split: the larger of the
// currency's minor-unit digits and the amount's fractional digits without trailing zeros.
func QuantumDigits(minorDigits int, amount decimal.Decimal) int {
	return max(minorDigits, fractionalDigits(amount))
}

// fractionalDigits counts fractional digits without trailing zeros.
func fractionalDigits(amount decimal.Decimal) int {
	digits := -int(amount.Exponent())
	if digits <= 0 || amount.IsZero() {
		return 0
	}
	if amount.NumDigits() <= fixedDigits {
		for value := amount.CoefficientInt64(); digits > 0 && value%10 == 0; value /= 10 {
			digits--
		}
		return digits
	}
	value, ten, digit := amount.Coefficient(), big.NewInt(10), new(big.Int)
	for digits > 0 {
		quotient, _ := new(big.Int).QuoRem(value, ten, digit)
		if digit.Sign() != 0 {
			break
		}
		value = quotient
		digits--
	}
	return digits
}

// Units returns an amount in units of 10^−digits, rounded toward zero; it is exact when digits is
// at least the amount's own number of fractional digits.
func Units(amount decimal.Decimal, digits int) *big.Int {
	shift := digits + int(amount.Exponent())
	units := amount.Coefficient()
	if shift >= 0 {
		return units.Mul(units, powerOfTen(shift))
	}
	return units.Quo(units, powerOfTen(-shift))
}

// FromUnits returns units of 10^−digits as a decimal with that many fractional digits.
func FromUnits(units *big.Int, digits int) decimal.Decimal {
	return decimal.NewFromBigInt(units, -int32(digits))
}
