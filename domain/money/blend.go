package money

import (
	"math/big"

	"github.com/shopspring/decimal"
)

// Term is one driver of a blend: how much each part has of something, and how much that counts.
type Term struct {
	// Weight is not negative.
	Weight decimal.Decimal
	// Units are not negative; Total is their sum. They may be in any unit, a different one per term.
	Units []*big.Int
	Total *big.Int
}

// Blend returns the weights Σ_k w_k·q(i,k)/Q(k) over the terms with Q(k) > 0, whose own weights are
// thereby rescaled to sum to 1. Every term has n units. Without a term that counts, all weights are
// zero.
func Blend(n int, terms []Term) Weights {
	counted, common, digits := make([]Term, 0, len(terms)), big.NewInt(1), 0
	for _, term := range terms {
		if term.Total.Sign() > 0 && term.Weight.Sign() > 0 {
			counted = append(counted, term)
			common = leastCommonMultiple(common, term.Total)
			digits = max(digits, fractionalDigits(term.Weight))
		}
	}
	if len(counted) == 0 {
		return Weights{small: make([]uint128, n), largeTotal: new(big.Int)}
	}
	// factor_k = w_k · 10^digits · common / Q(k): whole numbers in a common unit
	factors, divisor := make([]*big.Int, len(counted)), new(big.Int)
	for k, term := range counted {
		factors[k] = new(big.Int).Quo(common, term.Total)
		factors[k].Mul(factors[k], Units(term.Weight, digits))
		divisor.GCD(nil, nil, divisor, factors[k])
	}
	total := new(big.Int)
	for k, term := range counted {
		factors[k].Quo(factors[k], divisor)
		total.Add(total, new(big.Int).Mul(factors[k], term.Total))
	}
	if total.BitLen() <= smallBits {
		return blendSmall(n, counted, factors, total)
	}
	w := Weights{large: make([]*big.Int, n), largeTotal: total}
	product := new(big.Int)
	for i := range w.large {
		w.large[i] = new(big.Int)
		for k, term := range counted {
			w.large[i].Add(w.large[i], product.Mul(factors[k], term.Units[i]))
		}
	}
	return w
}

// blendSmall is Blend where even the total, and so every product, fits 127 bits.
func blendSmall(n int, terms []Term, factors []*big.Int, total *big.Int) Weights {
	w := Weights{small: make([]uint128, n), smallTotal: toUint128(total), largeTotal: total}
	for k, term := range terms {
		factor := toUint128(factors[k])
		for i, units := range term.Units {
			quantity := uint128{low: units.Uint64()}
			if !units.IsUint64() {
				quantity = toUint128(units)
			}
			w.small[i] = w.small[i].add(factor.mul(quantity))
		}
	}
	return w
}

func leastCommonMultiple(a, b *big.Int) *big.Int {
	divisor := new(big.Int).GCD(nil, nil, a, b)
	return new(big.Int).Mul(a, divisor.Quo(b, divisor))
}
