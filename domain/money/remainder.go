package money

import (
	"math/big"
	"math/bits"
	"slices"
	"sort"
)

// remainder is what rounding one part down left over.
type remainder struct {
	value uint128
	index int32
}

// before orders remainders as units are given out: larger first, ties by the lower index.
func (r remainder) before(s remainder) bool {
	if r.value != s.value {
		return s.value.less(r.value)
	}
	return r.index < s.index
}

func compareRemainders(r, s remainder) int {
	switch {
	case r.before(s):
		return -1
	case s.before(r):
		return 1
	default:
		return 0
	}
}

// largest moves the first count remainders, in the order of before, to the front and returns them
// in no particular order. It is a quickselect that sorts when it would become slow.
func largest(remainders []remainder, count int) []remainder {
	low, high := 0, len(remainders)
	for rounds := 2 * bits.Len(uint(len(remainders))); count > low && count < high; rounds-- {
		if high-low <= 24 || rounds == 0 {
			slices.SortFunc(remainders[low:high], compareRemainders)
			break
		}
		middle := partition(remainders[low:high]) + low
		if count <= middle {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return remainders[:count]
}

// partition puts what comes before a pivot to its left and returns the pivot's place.
func partition(r []remainder) int {
	last := len(r) - 1
	middle := len(r) / 2
	if r[middle].before(r[0]) {
		r[middle], r[0] = r[0], r[middle]
	}
	if r[last].before(r[0]) {
		r[last], r[0] = r[0], r[last]
	}
	if r[middle].before(r[last]) {
		r[middle], r[last] = r[last], r[middle]
	}
	pivot, place := r[last], 0
	for i := range r[:last] {
		if r[i].before(pivot) {
			r[i], r[place] = r[place], r[i]
			place++
		}
	}
	r[last], r[place] = r[place], r[last]
	return place
}

// orderLarge returns the indices in the order in which units are given out.
func orderLarge(rests []*big.Int) []int {
	order := make([]int, len(rests))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rests[order[a]].Cmp(rests[order[b]]) > 0 })
	return order
}
