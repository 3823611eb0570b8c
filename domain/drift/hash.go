package drift

import (
	"hash/maphash"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// seed differs from run to run; hashes only find candidates, whose equality is then checked.
var seed = maphash.MakeSeed()

const (
	hashNothing = 0x9e3779b97f4a7c15
	hashNull    = 0xbf58476d1ce4e5b9
)

// hash returns a number that two values share where they are equal by the spellings that the rules of
// their place bring them to. Comparators without such a spelling are left to the assignment.
func (w *walker) hash(state *configpath.State, value document.Value) uint64 {
	v := w.program.at(state)
	switch {
	case value.IsMissing() || v.isNothing(value) || v.ignores(value, value):
		return hashNothing
	case v.null == EqualsEmpty && (value.IsNull() || value.IsEmpty()):
		return hashNothing
	}
	for _, c := range v.comparators {
		if c.Normalize == nil || (!c.Containers && !value.IsScalar()) {
			continue
		}
		if normal, ofKind := c.Normalize(value); ofKind {
			value = normal
			if c.Unordered {
				w.unordered++
				defer func() { w.unordered-- }()
			}
			break
		}
	}
	switch value.Kind() {
	case document.Object:
		return w.hashObject(state, value)
	case document.Array:
		return w.hashArray(state, v, value)
	case document.Number:
		return maphash.String(seed, document.NumberKey(value.Text()))
	case document.String:
		if document.CanonicalNumber(value.Text()) {
			return maphash.String(seed, document.NumberKey(value.Text()))
		}
		return maphash.String(seed, value.Text())
	case document.Null:
		return hashNull
	default:
		return maphash.String(seed, value.Text())
	}
}

// hashObject leaves out members that mean the same as their absence, as far as that is plain: what takes
// a comparator to tell is left to the assignment.
func (w *walker) hashObject(state *configpath.State, value document.Value) uint64 {
	sum := uint64(document.Object)
	for key, member := range value.Members() {
		next := w.program.matcher.Member(state, key)
		v := w.program.at(next)
		if v.writeOnly || len(v.defaults) > 0 || v.null == EqualsMissing {
			if v.writeOnly || v.plainlyAbsent(member) {
				continue
			}
		}
		if hash := w.hash(next, member); hash != hashNothing {
			sum += mix(maphash.String(seed, key), hash)
		}
	}
	return sum
}

func (w *walker) hashArray(state *configpath.State, v *verdict, value document.Value) uint64 {
	base := len(w.hashes)
	defer func() { w.hashes = w.hashes[:base] }()
	for i, element := range value.Elements() {
		hash := w.hash(w.program.matcher.Element(state, i), element)
		w.hashes = append(w.hashes, hash)
	}
	hashes := w.hashes[base:]
	if v.collection != List && (v.collection != "" || w.unordered > 0) {
		slices.Sort(hashes)
		if v.collection != Multiset {
			hashes = slices.Compact(hashes)
		}
	}
	sum := uint64(document.Array)
	for _, hash := range hashes {
		sum = mix(sum, hash)
	}
	return sum
}

// mix joins two hashes so that their order matters.
func mix(a, b uint64) uint64 {
	a ^= b + hashNothing + a<<6 + a>>2
	a *= 0xff51afd7ed558ccd
	return a ^ a>>32
}

// bareHash returns a number that two values share where they are equal without any rule.
func bareHash(value document.Value) uint64 {
	switch value.Kind() {
	case document.Object:
		sum := uint64(document.Object)
		for i := range value.Len() {
			sum = mix(sum, mix(maphash.String(seed, value.Key(i)), bareHash(value.At(i))))
		}
		return sum
	case document.Array:
		sum := uint64(document.Array)
		for i := range value.Len() {
			sum = mix(sum, bareHash(value.At(i)))
		}
		return sum
	case document.Null:
		return hashNull
	case document.Number:
		return maphash.String(seed, document.NumberKey(value.Text()))
	default:
		return maphash.String(seed, value.Text()) + uint64(value.Kind())
	}
}
