package sample

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys returns a map's keys in order, since ranging over a map has none.
func sortedKeys[K cmp.Ordered, V any](values map[K]V) []K {
	return slices.Sorted(maps.Keys(values))
}

// compareAll compares two pairs of texts and one of numbers, the first difference deciding.
func compareAll(text1, text2, text3, text4 string, number1, number2 int) int {
	return cmp.Or(cmp.Compare(text1, text2), cmp.Compare(text3, text4), cmp.Compare(number1, number2))
}
