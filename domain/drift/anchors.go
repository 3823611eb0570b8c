package drift

import (
	"cmp"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// anchor is an element that both lists hold, once each: its places among the rows and the columns.
type anchor struct{ row, column int }

// parts cuts an alignment between its anchors, which are left out; it is one part where there are none.
func (a *alignment) parts() []alignment {
	part := func(row, column int, until anchor) alignment {
		cut := *a
		cut.rows, cut.columns = a.rows[row:until.row], a.columns[column:until.column]
		return cut
	}
	var parts []alignment
	row, column := 0, 0
	for _, at := range a.anchors() {
		parts = append(parts, part(row, column, at))
		row, column = at.row+1, at.column+1
	}
	return append(parts, part(row, column, anchor{len(a.rows), len(a.columns)}))
}

// anchors returns the most elements that come once in either list and in the same order in both
// (J. J. Cohen's patience diff, by the longest increasing run of columns).
func (a *alignment) anchors() []anchor {
	inRows, inColumns := a.once(a.desired, a.rows), a.once(a.actual, a.columns)
	var shared []anchor
	for hash, row := range inRows {
		if column, both := inColumns[hash]; both && row >= 0 && column >= 0 && a.cost(row, column) == 0 {
			shared = append(shared, anchor{row, column})
		}
	}
	slices.SortFunc(shared, func(x, y anchor) int { return cmp.Compare(x.row, y.row) })
	// ends holds for each length the anchor with the least column in which a run of that length ends.
	var ends []int
	before := make([]int, len(shared))
	for i, one := range shared {
		at, _ := slices.BinarySearchFunc(ends, one.column, func(end, column int) int { return cmp.Compare(shared[end].column, column) })
		before[i] = -1
		if at > 0 {
			before[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		} else {
			ends[at] = i
		}
	}
	run := make([]anchor, len(ends))
	at := -1
	if len(ends) > 0 {
		at = ends[len(ends)-1]
	}
	for length := len(ends); at >= 0; length-- {
		run[length-1], at = shared[at], before[at]
	}
	return run
}

// once returns the places of elements by hash, -1 for what comes more than once.
func (a *alignment) once(list document.Value, positions []int) map[uint64]int {
	places := make(map[uint64]int, len(positions))
	for place, at := range positions {
		hash := a.w.hash(a.w.program.matcher.Element(a.state, at), list.At(at))
		if _, twice := places[hash]; twice {
			place = -1
		}
		places[hash] = place
	}
	return places
}
