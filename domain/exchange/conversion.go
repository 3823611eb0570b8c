package exchange

import (
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// Conversion turns amounts of one currency into another. It is never changed once made and may be
// shared between goroutines.
type Conversion struct {
	// From and To are ISO 4217 codes.
	From string
	To   string
	// Rate is the rate that is applied, of either direction; nil where From is To, and then amounts
	// stay as they are.
	Rate *Rate
	// factor is what one unit of From is worth in To, exactly.
	factor *big.Rat
	digits int
}

// Find returns the conversion between two currencies by one of the rates: that from the one to the
// other, or else its way back. Rates are not chained: whose detour would it be? Where there is none,
// it is a NotFound error that names the pair.
func Find(rates []Rate, from, to string) (Conversion, error) {
	digits, err := money.MinorDigits(to)
	if err != nil {
		return Conversion{}, err
	}
	c := Conversion{From: from, To: to, digits: digits}
	if from == to {
		return c, nil
	}
	if place := slices.IndexFunc(rates, func(r Rate) bool { return r.Base == from && r.Quote == to }); place >= 0 {
		c.Rate, c.factor = &rates[place], rates[place].Rate.Rat()
		return c, nil
	}
	if place := slices.IndexFunc(rates, func(r Rate) bool { return r.Base == to && r.Quote == from }); place >= 0 {
		c.Rate, c.factor = &rates[place], new(big.Rat).Inv(rates[place].Rate.Rat())
		return c, nil
	}
	return Conversion{}, fault.New(fault.NotFound, "there is no exchange rate between %s and %s", from, to)
}

// Total converts an amount and rounds it once, to the minor unit of the target, halves away from zero.
func (c Conversion) Total(amount decimal.Decimal) decimal.Decimal {
	if c.Rate == nil {
		return amount
	}
	units := new(big.Rat).Mul(amount.Rat(), c.factor)
	units.Mul(units, new(big.Rat).SetInt(money.Units(decimal.New(1, 0), c.digits)))
	// Half a unit is added to the absolute value, and what stays behind the point is cut off.
	rounded := new(big.Int).Abs(units.Num())
	rounded.Lsh(rounded, 1).Add(rounded, units.Denom())
	rounded.Quo(rounded, new(big.Int).Lsh(units.Denom(), 1))
	if units.Sign() < 0 {
		rounded.Neg(rounded)
	}
	return money.FromUnits(rounded, c.digits)
}

// Split converts the parts of an amount so that they sum to what the amount was converted to: each is
// its exact conversion rounded down, and the units left over go one each to the largest remainders,
// ties to the lower index; a negative total mirrors its absolute value. No part is a unit or more away
// from its exact conversion, and a part of zero stays zero. It is an Internal error where total is not
// a conversion of the parts' sum, give or take a unit.
func (c Conversion) Split(total decimal.Decimal, parts []decimal.Decimal) ([]decimal.Decimal, error) {
	if c.Rate == nil {
		return parts, nil
	}
	scale := 0
	for _, part := range parts {
		scale = max(scale, -int(part.Exponent()))
	}
	// A part in units of its own scale times numerator over denominator is the part in target units.
	factor := new(big.Rat).Mul(c.factor, new(big.Rat).SetInt(money.Units(decimal.New(1, 0), c.digits)))
	numerator, denominator := factor.Num(), new(big.Int).Mul(factor.Denom(), money.Units(decimal.New(1, 0), scale))
	left := money.Units(total, c.digits)
	mirrored := left.Sign() < 0
	left.Abs(left)
	units, rests := make([]*big.Int, len(parts)), make([]*big.Int, len(parts))
	for i, part := range parts {
		exact := money.Units(part, scale)
		if mirrored {
			exact.Neg(exact)
		}
		units[i], rests[i] = exact.DivMod(exact.Mul(exact, numerator), denominator, new(big.Int))
		left.Sub(left, units[i])
	}
	if !left.IsInt64() || left.Sign() < 0 || left.Int64() > int64(len(parts)) {
		return nil, fault.New(fault.Internal, "%s %s is not what %d parts come to in %s", total, c.To, len(parts), c.From)
	}
	return c.settle(units, rests, int(left.Int64()), mirrored), nil
}

// settle gives out the units that are left over.
func (c Conversion) settle(units, rests []*big.Int, left int, mirrored bool) []decimal.Decimal {
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	one := big.NewInt(1)
	for _, index := range order[:left] {
		units[index].Add(units[index], one)
	}
	converted := make([]decimal.Decimal, len(units))
	for i, unit := range units {
		if mirrored {
			unit.Neg(unit)
		}
		converted[i] = money.FromUnits(unit, c.digits)
	}
	return converted
}
