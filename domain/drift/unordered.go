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
	base := len(w.elements)
	defer func() { w.elements = w.elements[:base] }()
	m.left, m.right = m.elements(desired), m.elements(actual)
	if as == Set {
		m.left, m.right = m.distinct(desired, m.left), m.distinct(actual, m.right)
	}
	m.takeEqual()
	if len(m.left) > 0 && len(m.right) > 0 {
		m.hash(desired, m.left)
		m.hash(actual, m.right)
		m.takeEqual()
	}
	if as == Set && len(m.left) != len(m.right) {
		// Perhaps one side repeats an element in another spelling, which only hashes by the rules tell.
		m.left, m.right = m.elements(desired), m.elements(actual)
		m.hash(desired, m.left)
		m.hash(actual, m.right)
		m.left, m.right = m.distinct(desired, m.left), m.distinct(actual, m.right)
		m.takeEqual()
	}
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
	// taken says that it has a partner, or is left out.
	taken bool
}

func (m *unorderedMatch) element(at int) *configpath.State {
	return m.w.program.matcher.Element(m.state, at)
}

// elements lists what no rule keeps out, with hashes of the bare values: most elements are equal as
// they are, and rules need not be asked.
func (m *unorderedMatch) elements(list document.Value) []hashedElement {
	base := len(m.w.elements)
	for i, value := range list.Elements() {
		if !m.w.program.at(m.element(i)).ignores(value, value) {
			m.w.elements = append(m.w.elements, hashedElement{at: i, hash: bareHash(value)})
		}
	}
	return slices.Clip(m.w.elements[base:])
}

// hash gives elements the hashes that rules bring them to.
func (m *unorderedMatch) hash(list document.Value, elements []hashedElement) {
	for i := range elements {
		at := elements[i].at
		elements[i].hash = m.w.hash(m.element(at), list.At(at))
	}
}

// distinct keeps the first of the elements that equal each other.
func (m *unorderedMatch) distinct(list document.Value, elements []hashedElement) []hashedElement {
	index := indexOf(elements)
	for j := range elements {
		e := &elements[j]
		for i := range index.sharing(e.hash) {
			if i == j {
				break
			}
			if m.w.cost(m.element(e.at), list.At(elements[i].at), list.At(e.at)) == 0 {
				e.taken = true
				break
			}
		}
	}
	return remaining(elements)
}

// takeEqual pairs elements of equal hash that do not differ and drops both.
func (m *unorderedMatch) takeEqual() {
	index := indexOf(m.right)
	for i := range m.left {
		left := &m.left[i]
		for j := range index.sharing(left.hash) {
			if right := &m.right[j]; !right.taken && m.costOf(*left, *right) == 0 {
				left.taken, right.taken = true, true
				break
			}
		}
	}
	m.left, m.right = remaining(m.left), remaining(m.right)
}

// remaining are the elements that are not taken.
func remaining(elements []hashedElement) []hashedElement {
	return slices.DeleteFunc(elements, func(e hashedElement) bool { return e.taken })
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
	if len(left) == 0 || len(right) == 0 {
		for _, l := range left {
			m.pair(l.at, -1)
		}
		for _, r := range right {
			m.pair(-1, r.at)
		}
		return
	}
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
