package drift

import (
	"cmp"
	"hash/maphash"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

const (
	// rareFeature bounds how many elements may share a leaf for it to tell them apart.
	rareFeature = 32
	// maxFeatures bounds the leaves of an element that are looked at.
	maxFeatures = 64
	// maxCandidates bounds the partners that are considered for an element.
	maxCandidates = 8
)

// approximate pairs rests that are too long for an optimal assignment, and notes it. Elements that
// share the most leaves which few others have are paired first; the rest is assigned optimally in
// blocks. Time grows with the number of elements times the size of a block, never with its cube.
func (m *unorderedMatch) approximate(left, right []hashedElement) {
	if m.w.recording {
		m.w.approximate = append(m.w.approximate, append(configpath.Path(nil), m.w.path...))
	}
	for _, c := range m.candidates(left, right) {
		if l, r := &left[c.left], &right[c.right]; !l.taken && !r.taken {
			l.taken, r.taken = true, true
			m.pair(l.at, r.at)
		}
	}
	left, right = remaining(left), remaining(right)
	for len(left) > 0 || len(right) > 0 {
		l, r := min(len(left), maxExact), min(len(right), maxExact)
		m.assignExactly(left[:l], right[:r])
		left, right = left[l:], right[r:]
	}
}

// candidate is two elements with the number of rare leaves that they share.
type candidate struct{ left, right, shared int }

// candidates lists likely pairs, those that share most first.
func (m *unorderedMatch) candidates(left, right []hashedElement) []candidate {
	holders := make(map[uint64][]int)
	for j, e := range right {
		for _, feature := range features(m.actual.At(e.at)) {
			holders[feature] = append(holders[feature], j)
		}
	}
	var all []candidate
	shared := make(map[int]int)
	for i, e := range left {
		clear(shared)
		for _, feature := range features(m.desired.At(e.at)) {
			if holding := holders[feature]; len(holding) <= rareFeature {
				for _, j := range holding {
					shared[j]++
				}
			}
		}
		own := make([]candidate, 0, len(shared))
		for j, count := range shared {
			own = append(own, candidate{i, j, count})
		}
		slices.SortFunc(own, likelier)
		all = append(all, own[:min(len(own), maxCandidates)]...)
	}
	slices.SortFunc(all, likelier)
	return all
}

func likelier(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(a.left, b.left), cmp.Compare(a.right, b.right))
}

// features are hashes of the leaves of a value with their places in it.
func features(value document.Value) []uint64 {
	var found []uint64
	var visit func(place uint64, value document.Value)
	visit = func(place uint64, value document.Value) {
		if len(found) == maxFeatures {
			return
		}
		if value.Len() == 0 {
			found = append(found, mix(place, bareHash(value)))
			return
		}
		for key, member := range value.Members() {
			visit(mix(place, maphash.String(seed, key)), member)
		}
		for _, element := range value.Elements() {
			visit(mix(place, uint64(document.Array)), element)
		}
	}
	visit(0, value)
	return found
}
