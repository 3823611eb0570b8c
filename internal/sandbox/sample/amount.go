package sample

import "github.com/shopspring/decimal"

// amount is money in units of 10^-10 of the currency: as fine as clouds meter, and wide enough for
// 900 million. Integers keep the sample exact and the same on every machine.
type amount int64

const (
	amountDigits = 10
	unit         = amount(10_000_000_000)
)

func (a amount) decimal() decimal.Decimal { return decimal.New(int64(a), -amountDigits) }

// portion returns part i (from 0) of n parts of the whole. The parts differ by at most one unit of
// the last digit and sum to the whole exactly. The whole times n must stay below 2^63.
func (a amount) portion(i, n int64) amount {
	return a*amount(i+1)/amount(n) - a*amount(i)/amount(n)
}

// milli is a quantity in thousandths of its unit.
type milli int64

func (m milli) decimal() decimal.Decimal { return decimal.New(int64(m), -3) }

// rate is a price per unit of quantity in 10^-7 of the currency, so that milli times rate is an amount.
type rate int64

func (r rate) times(quantity milli) amount { return amount(int64(r) * int64(quantity)) }

func (r rate) decimal() decimal.Decimal { return decimal.New(int64(r), -7) }
