package money

import "math/big"

// Settle rounds totals to a number of digits together, so that what comes out sums to the grand
// total rounded toward zero; rest is what full precision leaves over. Each total is rounded by less
// than one unit, the units left over going to the largest remainders, ties to the lower index; a
// negative grand total mirrors its absolute value.
func Settle(totals []Sum, digits int) (settled []*big.Int, rest Sum) {
	scale := digits
	for i := range totals {
		scale = max(scale, totals[i].Scale())
	}
	grand, units := new(big.Int), make([]*big.Int, len(totals))
	for i := range totals {
		units[i] = totals[i].Units(scale)
		grand.Add(grand, units[i])
	}
	mirrored := grand.Sign() < 0
	quantum, floors, left := powerOfTen(scale-digits), new(big.Int), new(big.Int)
	left.Quo(grand.Abs(grand), quantum)
	rests := make([]*big.Int, len(units))
	for i := range units {
		if mirrored {
			units[i].Neg(units[i])
		}
		// Euclidean division by a positive number rounds down, which keeps every remainder
		// positive where totals of both signs meet.
		units[i], rests[i] = units[i].DivMod(units[i], quantum, new(big.Int))
		floors.Add(floors, units[i])
	}
	count := int(new(big.Int).Sub(left, floors).Int64())
	for _, index := range orderLarge(rests)[:count] {
		units[index].Add(units[index], one)
	}
	rest.addBig(grand.Sub(grand, left.Mul(left, quantum)), scale)
	if mirrored {
		for _, unit := range units {
			unit.Neg(unit)
		}
		rest.large.Neg(rest.large)
	}
	return units, rest
}
