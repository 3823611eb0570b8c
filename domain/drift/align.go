package drift

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// maxAligned bounds the table by which ordered lists are aligned. Longer lists are cut where both hold an
// element that comes once in each, in the same order; what has none is compared position by position.
const maxAligned = 1 << 14

// alignment pairs the elements of two ordered lists.
type alignment struct {
	w               *walker
	state           *configpath.State
	desired, actual document.Value
	// rows and columns are the positions in desired and actual that no rule keeps out.
	rows, columns []int
}

// align pairs the elements of two ordered lists so that the number of differing leaves is least,
// which finds an element that was put in or taken out instead of calling all that follow changed.
func (w *walker) align(state *configpath.State, desired, actual document.Value) pairing {
	a := alignment{w: w, state: state, desired: desired, actual: actual}
	a.rows, a.columns = a.positions(desired), a.positions(actual)
	return a.pairs()
}

func (a *alignment) pairs() pairing {
	for len(a.rows) > 0 && len(a.columns) > 0 && a.cost(0, 0) == 0 {
		a.rows, a.columns = a.rows[1:], a.columns[1:]
	}
	for len(a.rows) > 0 && len(a.columns) > 0 && a.cost(len(a.rows)-1, len(a.columns)-1) == 0 {
		a.rows, a.columns = a.rows[:len(a.rows)-1], a.columns[:len(a.columns)-1]
	}
	if len(a.rows)*len(a.columns) <= maxAligned {
		return a.cheapest()
	}
	parts := a.parts()
	if len(parts) == 1 {
		if a.w.recording {
			a.w.approximate = append(a.w.approximate, slices.Clone(a.w.path))
		}
		return a.byPosition()
	}
	var p pairing
	for _, part := range parts {
		p.partners = append(p.partners, part.pairs().partners...)
	}
	return p
}

func (a *alignment) positions(list document.Value) []int {
	positions := make([]int, 0, list.Len())
	for i, value := range list.Elements() {
		if !a.w.program.at(a.w.program.matcher.Element(a.state, i)).ignores(value, value) {
			positions = append(positions, i)
		}
	}
	return positions
}

func (a *alignment) cost(row, column int) int {
	at := a.rows[row]
	return a.w.cost(a.w.program.matcher.Element(a.state, at), a.desired.At(at), a.actual.At(a.columns[column]))
}

func (a *alignment) byPosition() pairing {
	var p pairing
	for i := range max(len(a.rows), len(a.columns)) {
		pair := [2]int{-1, -1}
		if i < len(a.rows) {
			pair[0] = a.rows[i]
		}
		if i < len(a.columns) {
			pair[1] = a.columns[i]
		}
		p.partners = append(p.partners, pair)
	}
	return p
}

// cheapest is the edit distance over whole elements: a pair costs its differing leaves, an element
// without a partner all its leaves. Of equal costs a pair wins.
func (a *alignment) cheapest() pairing {
	rows, columns := len(a.rows), len(a.columns)
	width := columns + 1
	table := make([]int, (rows+1)*width)
	costs := make([]int, rows*columns)
	lone := func(list document.Value, positions []int) []int {
		leaves := make([]int, len(positions))
		for i, at := range positions {
			leaves[i] = list.At(at).Leaves()
		}
		return leaves
	}
	loneRow, loneColumn := lone(a.desired, a.rows), lone(a.actual, a.columns)
	for i := rows - 1; i >= 0; i-- {
		table[i*width+columns] = table[(i+1)*width+columns] + loneRow[i]
	}
	for j := columns - 1; j >= 0; j-- {
		table[rows*width+j] = table[rows*width+j+1] + loneColumn[j]
	}
	for i := rows - 1; i >= 0; i-- {
		for j := columns - 1; j >= 0; j-- {
			costs[i*columns+j] = a.cost(i, j)
			table[i*width+j] = min(
				table[(i+1)*width+j+1]+costs[i*columns+j],
				table[(i+1)*width+j]+loneRow[i],
				table[i*width+j+1]+loneColumn[j],
			)
		}
	}
	var p pairing
	for i, j := 0, 0; i < rows || j < columns; {
		here := table[i*width+j]
		switch {
		case i < rows && j < columns && here == table[(i+1)*width+j+1]+costs[i*columns+j]:
			if costs[i*columns+j] > 0 {
				p.partners = append(p.partners, [2]int{a.rows[i], a.columns[j]})
			}
			i++
			j++
		case i < rows && here == table[(i+1)*width+j]+loneRow[i]:
			p.partners = append(p.partners, [2]int{a.rows[i], -1})
			i++
		default:
			p.partners = append(p.partners, [2]int{-1, a.columns[j]})
			j++
		}
	}
	return p
}
