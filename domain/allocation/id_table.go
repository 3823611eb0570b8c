package allocation

import (
	"math/bits"
)

// idTable finds the place of an id several times as fast as a map of strings does, which counts
// when a million lines of usage name ten thousand tenants: an id of up to 16 bytes is compared as
// two words within its slot, and only longer ones are looked up elsewhere.
type idTable struct {
	ids   []string
	slots []idSlot
	mask  uint64
}

// idSlot is empty where place is 0, and else holds the id at place−1.
type idSlot struct {
	first, last uint64
	length      uint32
	place       int32
}

// newIDTable makes a table of distinct ids that is at most half full, so that probing stays short.
func newIDTable(ids []string) idTable {
	size := 1 << max(4, bits.Len(uint(2*len(ids))))
	table := idTable{ids: ids, slots: make([]idSlot, size), mask: uint64(size - 1)}
	for place, id := range ids {
		first, last, hash := digest(id)
		at := hash & table.mask
		for table.slots[at].place != 0 {
			at = (at + 1) & table.mask
		}
		table.slots[at] = idSlot{first, last, uint32(len(id)), int32(place + 1)}
	}
	return table
}

// find returns the place of an id.
func find[T ~string | ~[]byte](t *idTable, id T) (int, bool) {
	first, last, hash := digest(id)
	for at := hash & t.mask; ; at = (at + 1) & t.mask {
		slot := &t.slots[at&uint64(len(t.slots)-1)]
		if slot.place == 0 {
			return 0, false
		}
		if slot.first == first && slot.last == last && int(slot.length) == len(id) &&
			(len(id) <= wordPair || t.ids[slot.place-1] == string(id)) {
			return int(slot.place) - 1, true
		}
	}
}

// wordPair is the number of bytes that two words can hold.
const wordPair = 16

// Odd constants with well mixed bits, from the fractional parts of the square roots of 2 and 3.
const (
	mixFirst = 0x6a09e667f3bcc909
	mixLast  = 0xbb67ae8584caa73b
)

// digest returns an id's first and last bytes as words, which together with its length are the id
// itself up to 16 bytes, and a hash of all of it.
func digest[T ~string | ~[]byte](id T) (first, last, hash uint64) {
	n := len(id)
	switch {
	case n >= 8:
		first, last = word(id, 0), word(id, n-8)
	case n >= 4:
		first, last = halfWord(id, 0), halfWord(id, n-4)
	case n > 0:
		first, last = uint64(id[0]), uint64(id[n/2])<<8|uint64(id[n-1])
	}
	hash = mix(first^mixFirst, last^mixLast^uint64(n))
	for i := 8; i < n-8; i += 8 {
		hash = mix(hash^word(id, i), mixFirst)
	}
	return first, last, hash
}

func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a, b)
	return high ^ low
}

func word[T ~string | ~[]byte](id T, at int) uint64 {
	b := id[at : at+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func halfWord[T ~string | ~[]byte](id T, at int) uint64 {
	b := id[at : at+4]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24
}
