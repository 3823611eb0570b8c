package exchange

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// Result is an allocation result in another currency. The total of each currency that it holds is
// converted once; pools, and the cells of each pool, are apportioned so that they sum to it.
type Result struct {
	To      string
	Sources []Converted
	pools   map[poolKey]decimal.Decimal
}

// Converted is what a result holds in one currency, and what that comes to.
type Converted struct {
	Conversion
	Amount decimal.Decimal
	Worth  decimal.Decimal
}

type poolKey struct {
	stage          int
	pool, currency string
}

func keyOf(key ledger.Key) poolKey { return poolKey{key.Stage, key.Pool, key.Currency} }

// Convert converts the totals of a result's pools. A currency without a rate is a NotFound error.
func Convert(rates []Rate, to string, pools []ledger.PoolTotal) (Result, error) {
	result := Result{To: to, pools: make(map[poolKey]decimal.Decimal, len(pools))}
	// Checked here as well, since a result without cells has no currency to convert from.
	if _, err := Find(nil, to, to); err != nil {
		return result, err
	}
	ordered := slices.SortedFunc(slices.Values(pools), func(a, b ledger.PoolTotal) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), a.Compare(b.Key))
	})
	for len(ordered) > 0 {
		count := 1
		for count < len(ordered) && ordered[count].Currency == ordered[0].Currency {
			count++
		}
		if err := result.add(rates, ordered[:count]); err != nil {
			return result, err
		}
		ordered = ordered[count:]
	}
	return result, nil
}

// add converts the pools of one currency.
func (r *Result) add(rates []Rate, pools []ledger.PoolTotal) error {
	conversion, err := Find(rates, pools[0].Currency, r.To)
	if err != nil {
		return err
	}
	source := Converted{Conversion: conversion}
	amounts := make([]decimal.Decimal, len(pools))
	for i, pool := range pools {
		amounts[i] = pool.Amount
		source.Amount = source.Amount.Add(pool.Amount)
	}
	source.Worth = conversion.Total(source.Amount)
	converted, err := conversion.Split(source.Worth, amounts)
	if err != nil {
		return err
	}
	for i, pool := range pools {
		r.pools[keyOf(pool.Key)] = converted[i]
	}
	r.Sources = append(r.Sources, source)
	return nil
}

// Total returns what all currencies come to together.
func (r Result) Total() (total decimal.Decimal) {
	for _, source := range r.Sources {
		total = total.Add(source.Worth)
	}
	return total
}

// Source returns what the result holds in a currency, and whether it holds any.
func (r Result) Source(currency string) (Converted, bool) {
	place := slices.IndexFunc(r.Sources, func(s Converted) bool { return s.From == currency })
	if place < 0 {
		return Converted{}, false
	}
	return r.Sources[place], true
}

// Cells converts all cells of one pool and currency, which are given in byte order of account and
// without what the pool passes on to others. The results are in the same order.
func (r Result) Cells(key ledger.Key, cells []ledger.Cell) ([]decimal.Decimal, error) {
	source, known := r.Source(key.Currency)
	total, listed := r.pools[keyOf(key)]
	if !known || !listed {
		return nil, fault.New(fault.Internal, "the %s of %s were not converted with their result", key.Currency, key)
	}
	amounts := make([]decimal.Decimal, len(cells))
	for i, cell := range cells {
		amounts[i] = cell.Amount
	}
	return source.Split(total, amounts)
}
