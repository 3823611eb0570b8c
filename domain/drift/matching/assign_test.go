package matching_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift/matching"
)

func TestAssignIsAsGoodAsTryingEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(0, 8).Draw(t, "columns")
		rows := rapid.IntRange(0, columns).Draw(t, "rows")
		costs := rapid.SliceOfN(rapid.IntRange(-5, 9), rows*columns, rows*columns).Draw(t, "costs")
		cost := func(row, column int) int { return costs[row*columns+column] }
		total, used := 0, map[int]bool{}
		for row, column := range matching.Assign(rows, columns, cost) {
			require.False(t, used[column], "column %d is given twice", column)
			used[column] = true
			total += cost(row, column)
		}
		require.Len(t, used, rows)
		require.Equal(t, cheapest(0, rows, columns, 0, cost), total)
	})
}

// cheapest tries every way to give the rows from row on columns that are not in used.
func cheapest(row, rows, columns int, used uint, cost func(row, column int) int) int {
	if row == rows {
		return 0
	}
	least := int(^uint(0) >> 1)
	for column := range columns {
		if used&(1<<column) == 0 {
			least = min(least, cost(row, column)+cheapest(row+1, rows, columns, used|1<<column, cost))
		}
	}
	return least
}

func BenchmarkAssign128(b *testing.B) {
	for b.Loop() {
		matching.Assign(128, 128, func(row, column int) int { return (row*7919 + column*104729) % 1009 })
	}
}
