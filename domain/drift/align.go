package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// maxAligned bounds the table by which ordered lists are aligned; longer rests are compared position
// by position.
const maxAligned = 1 << 14

// align pairs the elements of two ordered lists so that the number of differing leaves is least,
// which finds an element that was put in or taken out instead of calling all that follow changed.
func (w *walker) align(state *configpath.State, desired, actual document.Value) pairing {
	start, endDesired, endActual := 0, desired.Len(), actual.Len()
	for start < min(endDesired, endActual) && w.same(state, start, desired.At(start), actual.At(start)) {
		start++
	}
	for min(endDesired, endActual) > start && w.same(state, endDesired-1, desired.At(endDesired-1), actual.At(endActual-1)) {
		endDesired--
		endActual--
	}
	rows, columns := endDesired-start, endActual-start
	if rows == 0 || columns == 0 || rows*columns > maxAligned {
		return byPosition(start, endDesired, endActual)
	}
	return w.alignment(state, start, rows, columns, desired, actual)
}

func (w *walker) same(state *configpath.State, at int, desired, actual document.Value) bool {
	return document.Equal(desired, actual) || w.cost(w.program.matcher.Element(state, at), desired, actual) == 0
}

func byPosition(start, endDesired, endActual int) pairing {
	var p pairing
	for i := start; i < max(endDesired, endActual); i++ {
		pair := [2]int{i, i}
		if i >= endDesired {
			pair[0] = -1
		}
		if i >= endActual {
			pair[1] = -1
		}
		p.partners = append(p.partners, pair)
	}
	return p
}

// alignment is the edit distance over whole elements: a pair costs its differing leaves, an element
// without a partner all its leaves. Of equal costs a pair wins.
func (w *walker) alignment(state *configpath.State, start, rows, columns int, desired, actual document.Value) pairing {
	width := columns + 1
	table := make([]int, (rows+1)*width)
	pairCost := make([]int, rows*columns)
	for i := range rows {
		next := w.program.matcher.Element(state, start+i)
		for j := range columns {
			pairCost[i*columns+j] = w.cost(next, desired.At(start+i), actual.At(start+j))
		}
	}
	for i := rows; i >= 0; i-- {
		for j := columns; j >= 0; j-- {
			switch {
			case i == rows && j == columns:
			case i == rows:
				table[i*width+j] = table[i*width+j+1] + actual.At(start+j).Leaves()
			case j == columns:
				table[i*width+j] = table[(i+1)*width+j] + desired.At(start+i).Leaves()
			default:
				table[i*width+j] = min(
					table[(i+1)*width+j+1]+pairCost[i*columns+j],
					table[(i+1)*width+j]+desired.At(start+i).Leaves(),
					table[i*width+j+1]+actual.At(start+j).Leaves(),
				)
			}
		}
	}
	var p pairing
	for i, j := 0, 0; i < rows || j < columns; {
		here := table[i*width+j]
		switch {
		case i < rows && j < columns && here == table[(i+1)*width+j+1]+pairCost[i*columns+j]:
			if pairCost[i*columns+j] > 0 {
				p.partners = append(p.partners, [2]int{start + i, start + j})
			}
			i++
			j++
		case i < rows && here == table[(i+1)*width+j]+desired.At(start+i).Leaves():
			p.partners = append(p.partners, [2]int{start + i, -1})
			i++
		default:
			p.partners = append(p.partners, [2]int{-1, start + j})
			j++
		}
	}
	return p
}
