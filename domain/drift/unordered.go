package drift

import (
	"cmp"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/matching"
)

// maxExact bounds the elements on either side that are paired by an optimal assignment.
const maxExact = 128

// pairUnordered pairs the elements of two lists whose order means nothing, so that the number of
// differing leaves is least: elements that are equal first, found by hash, then the rest by an
// optimal assignment. A keyed list pairs by its keys alone.
func (w *walker) pairUnordered(state *configpath.State, as Collection, keys []configpath.Path, desired, actual document.Value) pairing {
	m := unorderedMatch{w: w, state: state, desired: desired, actual: actual}
	m.left = m.hashed(desired)
	m.right = m.hashed(actual)
	if as == Set {
		m.left, m.right = m.distinct(desired, m.left), m.distinct(actual, m.right)
	}
	m.takeEqual()
	if as == Keyed {
		m.byKey(keys)
	} else {
		m.assign(m.left, m.right)
	}
	slices.SortFunc(m.pairs.partners, byDesired)
	return m.pairs
}

// byDesired orders pairs by position in desired; elements without one come last, by position in
// actual.
func byDesired(a, b [2]int) int {
	if (a[0] < 0) != (b[0] < 0) {
		return cmp.Compare(b[0], a[0])
	}
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// unorderedMatch is one pairing in the making.
type unorderedMatch struct {
	w               *walker
	state           *configpath.State
	desired, actual document.Value
	// left and right are the elements of desired and actual without a partner yet.
	left, right []hashedElement
	pairs       pairing
}

type hashedElement struct {
	at   int
	hash uint64
}

func (m *unorderedMatch) element(at int) *configpath.State {
	return m.w.program.matcher.Element(m.state, at)
}

func (m *unorderedMatch) hashed(list document.Value) []hashedElement {
	elements := make([]hashedElement, 0, list.Len())
	for i, value := range list.Elements() {
		element := m.element(i)
		if !m.w.program.at(element).ignores(value, value) {
			elements = append(elements, hashedElement{i, m.w.hash(element, value)})
		}
	}
	return elements
}

// distinct keeps the first of the elements that equal each other.
func (m *unorderedMatch) distinct(list document.Value, elements []hashedElement) []hashedElement {
	seen := make(map[uint64][]int, len(elements))
	kept := elements[:0]
	for _, e := range elements {
		again := slices.ContainsFunc(seen[e.hash], func(earlier int) bool {
			return m.w.cost(m.element(e.at), list.At(earlier), list.At(e.at)) == 0
		})
		if !again {
			seen[e.hash] = append(seen[e.hash], e.at)
			kept = append(kept, e)
		}
	}
	return kept
}

// takeEqual pairs elements that do not differ and drops both.
func (m *unorderedMatch) takeEqual() {
	byHash := make(map[uint64][]int, len(m.right))
	for i := len(m.right) - 1; i >= 0; i-- {
		byHash[m.right[i].hash] = append(byHash[m.right[i].hash], i)
	}
	taken := make([]bool, len(m.right))
	m.left = slices.DeleteFunc(m.left, func(e hashedElement) bool {
		candidates := byHash[e.hash]
		for c := len(candidates) - 1; c >= 0; c-- {
			i := candidates[c]
			if m.costOf(e, m.right[i]) != 0 {
				continue
			}
			taken[i] = true
			byHash[e.hash] = slices.Delete(candidates, c, c+1)
			return true
		}
		return false
	})
	rest := m.right[:0]
	for i, e := range m.right {
		if !taken[i] {
			rest = append(rest, e)
		}
	}
	m.right = rest
}

func (m *unorderedMatch) costOf(left, right hashedElement) int {
	return m.w.cost(m.element(left.at), m.desired.At(left.at), m.actual.At(right.at))
}

// assign pairs what is left at the least cost; an element without a partner costs all its leaves.
func (m *unorderedMatch) assign(left, right []hashedElement) {
	if max(len(left), len(right)) > maxExact && min(len(left), len(right)) > 0 {
		m.approximate(left, right)
		return
	}
	m.assignExactly(left, right)
}

func (m *unorderedMatch) assignExactly(left, right []hashedElement) {
	swapped := len(left) > len(right)
	costs := make([]int, len(left)*len(right))
	for i, l := range left {
		for j, r := range right {
			alone := m.actual.At(r.at)
			if swapped {
				alone = m.desired.At(l.at)
			}
			// What the longer side's element would cost alone is saved by pairing it.
			costs[i*len(right)+j] = m.costOf(l, r) - alone.Leaves()
		}
	}
	if swapped {
		columns := len(right)
		partner := matching.Assign(columns, len(left), func(row, column int) int { return costs[column*columns+row] })
		pairedLeft := make([]int, len(left))
		for i := range pairedLeft {
			pairedLeft[i] = -1
		}
		for j, i := range partner {
			pairedLeft[i] = right[j].at
		}
		for i, l := range left {
			m.pair(l.at, pairedLeft[i])
		}
		return
	}
	free := make([]bool, len(right))
	for j := range free {
		free[j] = true
	}
	for i, j := range matching.Assign(len(left), len(right), func(row, column int) int { return costs[row*len(right)+column] }) {
		m.pair(left[i].at, right[j].at)
		free[j] = false
	}
	for j, r := range right {
		if free[j] {
			m.pair(-1, r.at)
		}
	}
}

func (m *unorderedMatch) pair(desired, actual int) {
	m.pairs.partners = append(m.pairs.partners, [2]int{desired, actual})
}

// byKey pairs elements that agree in every key field; of several that do, the least different.
func (m *unorderedMatch) byKey(keys []configpath.Path) {
	groups := make(map[uint64]*[2][]hashedElement)
	var order []uint64
	for side, elements := range [2][]hashedElement{m.left, m.right} {
		list := [2]document.Value{m.desired, m.actual}[side]
		for _, e := range elements {
			identity := m.identity(list.At(e.at), e.at, keys)
			if groups[identity] == nil {
				groups[identity] = &[2][]hashedElement{}
				order = append(order, identity)
			}
			groups[identity][side] = append(groups[identity][side], e)
		}
	}
	for _, identity := range order {
		m.assign(groups[identity][0], groups[identity][1])
	}
}

// identity hashes the key fields of an element.
func (m *unorderedMatch) identity(element document.Value, at int, keys []configpath.Path) uint64 {
	identity := uint64(len(keys))
	for _, key := range keys {
		state := m.element(at)
		for _, segment := range key {
			state = m.w.program.matcher.Next(state, segment)
		}
		identity = mix(identity, m.w.hash(state, key.In(element)))
	}
	return identity
}

// approximate pairs long rests in blocks, near-optimally, and notes it.
func (m *unorderedMatch) approximate(left, right []hashedElement) {
	if m.w.recording {
		m.w.approximate = append(m.w.approximate, slices.Clone(m.w.path))
	}
	for len(left) > 0 || len(right) > 0 {
		l, r := min(len(left), maxExact), min(len(right), maxExact)
		m.assignExactly(left[:l], right[:r])
		left, right = left[l:], right[r:]
	}
}
