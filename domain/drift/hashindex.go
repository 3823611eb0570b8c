package drift

import "iter"

// fewElements is how many are looked through faster than an index is made of them.
const fewElements = 12

// hashIndex finds elements by hash: by looking through them where they are few, by chains of those whose
// hashes end in the same bits elsewhere.
type hashIndex struct {
	elements []hashedElement
	// first and next are positions counted from 1; 0 ends a chain.
	first, next []int32
}

func indexOf(elements []hashedElement) hashIndex {
	index := hashIndex{elements: elements}
	if len(elements) <= fewElements {
		return index
	}
	size := 1
	for size < len(elements) {
		size *= 2
	}
	index.first, index.next = make([]int32, size), make([]int32, len(elements))
	for i := len(elements) - 1; i >= 0; i-- {
		first := &index.first[elements[i].hash&uint64(size-1)]
		index.next[i], *first = *first, int32(i+1)
	}
	return index
}

// sharing yields the positions of the elements with a hash, in order.
func (x hashIndex) sharing(hash uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		if x.first == nil {
			for i := range x.elements {
				if x.elements[i].hash == hash && !yield(i) {
					return
				}
			}
			return
		}
		for i := x.first[hash&uint64(len(x.first)-1)]; i > 0; i = x.next[i-1] {
			if x.elements[i-1].hash == hash && !yield(int(i-1)) {
				return
			}
		}
	}
}
