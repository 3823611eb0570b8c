package money

import (
	"math/big"
	"math/bits"
)

// uint128 is an unsigned 128-bit integer.
type uint128 struct{ high, low uint64 }

// toUint128 returns a value that is known to fit.
func toUint128(value *big.Int) uint128 {
	var low, high big.Int
	low.And(value, maxUint64)
	high.Rsh(value, 64)
	return uint128{high.Uint64(), low.Uint64()}
}

var maxUint64 = new(big.Int).SetUint64(1<<64 - 1)

func (u uint128) big() *big.Int {
	value := new(big.Int).SetUint64(u.high)
	return value.Lsh(value, 64).Or(value, new(big.Int).SetUint64(u.low))
}

func (u uint128) isZero() bool { return u.high|u.low == 0 }

func (u uint128) less(v uint128) bool {
	return u.high < v.high || u.high == v.high && u.low < v.low
}

// add returns u + v, which is known not to overflow.
func (u uint128) add(v uint128) uint128 {
	low, carry := bits.Add64(u.low, v.low, 0)
	high, _ := bits.Add64(u.high, v.high, carry)
	return uint128{high, low}
}

// mul returns u · v, which is known not to overflow.
func (u uint128) mul(v uint128) uint128 {
	high, low := bits.Mul64(u.low, v.low)
	return uint128{high + u.high*v.low + u.low*v.high, low}
}

// divisor divides products by one 128-bit number again and again; see Knuth, The Art of Computer
// Programming, volume 2, 4.3.1, algorithm D, for a quotient of one digit of 64 bits.
type divisor struct {
	value uint128
	// high and low are the value shifted left by shift so that its top bit is set.
	high, low uint64
	shift     uint
}

func newDivisor(value uint128) divisor {
	if value.high == 0 {
		return divisor{value: value}
	}
	shift := uint(bits.LeadingZeros64(value.high))
	return divisor{
		value: value, shift: shift,
		high: value.high<<shift | value.low>>(64-shift), low: value.low << shift,
	}
}

// divide returns ⌊factor·weight / value⌋, which fits 64 bits because weight ≤ value, and the
// remainder times 2^shift, which is the same factor for every call.
func (d divisor) divide(factor uint64, weight uint128) (uint64, uint128) {
	middle, low := bits.Mul64(factor, weight.low)
	if d.value.high == 0 {
		quotient, remainder := bits.Div64(middle, low, d.value.low)
		return quotient, uint128{low: remainder}
	}
	high, carried := bits.Mul64(factor, weight.high)
	middle, carry := bits.Add64(middle, carried, 0)
	high += carry
	if d.shift > 0 {
		high = high<<d.shift | middle>>(64-d.shift)
		middle = middle<<d.shift | low>>(64-d.shift)
		low <<= d.shift
	}
	return d.digit(high, middle, low)
}

// digit divides three digits by the two normalised ones.
func (d divisor) digit(high, middle, low uint64) (uint64, uint128) {
	quotient := uint64(1<<64 - 1)
	if high < d.high {
		quotient, _ = bits.Div64(high, middle, d.high)
	}
	// quotient·(d.high, d.low), at most 2 too large
	productHigh, productLow := bits.Mul64(quotient, d.low)
	top, carried := bits.Mul64(quotient, d.high)
	productMiddle, carry := bits.Add64(productHigh, carried, 0)
	top += carry
	low, borrow := bits.Sub64(low, productLow, 0)
	middle, borrow = bits.Sub64(middle, productMiddle, borrow)
	high, borrow = bits.Sub64(high, top, borrow)
	for borrow != 0 {
		quotient--
		low, carry = bits.Add64(low, d.low, 0)
		middle, carry = bits.Add64(middle, d.high, carry)
		high, carry = bits.Add64(high, 0, carry)
		borrow -= carry
	}
	return quotient, uint128{middle, low}
}
