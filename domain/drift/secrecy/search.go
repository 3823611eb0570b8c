package secrecy

import "slices"

// search finds many texts in one pass: the first bytes of each are looked up at every position, and a
// filter of bits makes most positions cost one load.
type search struct {
	texts []spelling
	// memory finds secrets of the past too; nil where there are none.
	memory *Memory
	// long indexes texts of at least window bytes by their first window, brief the others by their
	// first briefWindow.
	long, brief map[uint64][]int
	filter      []uint64
	shift       uint
}

type spelling struct{ text, secret string }

const (
	window      = 8
	briefWindow = shortestSpelling
	briefMask   = 1<<(8*briefWindow) - 1
)

func newSearch(secrets []string, memory *Memory) *search {
	s := &search{memory: memory, long: map[uint64][]int{}, brief: map[uint64][]int{}}
	for _, secret := range secrets {
		for _, text := range spellings(secret) {
			s.texts = append(s.texts, spelling{text, secret})
		}
	}
	bits := uint(10)
	for 1<<bits < 16*len(s.texts) && bits < 26 {
		bits++
	}
	s.shift, s.filter = 64-bits, make([]uint64, 1<<bits/64)
	for number, spelling := range s.texts {
		index, key := s.brief, prefix(spelling.text, briefWindow)
		if len(spelling.text) >= window {
			index, key = s.long, prefix(spelling.text, window)
		}
		index[key] = append(index[key], number)
		s.filter[s.slot(key)/64] |= 1 << (s.slot(key) % 64)
	}
	for _, index := range []map[uint64][]int{s.long, s.brief} {
		for _, numbers := range index {
			// The longest first, so that the first that fits hides the most.
			slices.SortFunc(numbers, func(a, b int) int { return len(s.texts[b].text) - len(s.texts[a].text) })
		}
	}
	return s
}

// prefix packs the first bytes of a text, the first lowest.
func prefix(text string, length int) uint64 {
	var packed uint64
	for i := range length {
		packed |= uint64(text[i]) << (8 * i)
	}
	return packed
}

func (s *search) slot(key uint64) uint64 { return (key * 0x9e3779b97f4a7c15) >> s.shift }

func (s *search) maybe(key uint64) bool {
	slot := s.slot(key)
	return s.filter[slot/64]&(1<<(slot%64)) != 0
}

// hit is where a secret appears in a text.
type hit struct {
	from, to int
	secret   string
}

// hits returns where secrets appear, in order; those that overlap are one.
func (s *search) hits(text string) []hit {
	found := s.all(text)
	slices.SortFunc(found, func(a, b hit) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	return joined(found)
}

// all returns every appearance of every secret, in no order.
func (s *search) all(text string) []hit {
	if len(s.texts) == 0 && s.memory == nil || len(text) < shortestSpelling {
		return nil
	}
	return s.deepHits(text, layers)
}

// plainHits returns where the texts that are searched for appear as they are.
func (s *search) plainHits(text string) []hit {
	var found []hit
	var ahead uint64
	for i := len(text) - 1; i >= 0; i-- {
		ahead = ahead<<8 | uint64(text[i])
		if number := s.at(text[i:], ahead); number >= 0 {
			found = append(found, hit{i, i + len(s.texts[number].text), s.texts[number].secret})
		}
	}
	return s.memory.hits(text, found)
}

// at returns the longest text that the rest begins with, or -1; ahead packs its first bytes.
func (s *search) at(rest string, ahead uint64) int {
	if len(rest) >= window && s.maybe(ahead) {
		if number := s.longest(s.long[ahead], rest); number >= 0 {
			return number
		}
	}
	if len(s.brief) > 0 && len(rest) >= briefWindow && s.maybe(ahead&briefMask) {
		return s.longest(s.brief[ahead&briefMask], rest)
	}
	return -1
}

func (s *search) longest(numbers []int, rest string) int {
	for _, number := range numbers {
		if text := s.texts[number].text; len(text) <= len(rest) && rest[:len(text)] == text {
			return number
		}
	}
	return -1
}

// joined makes one of hits that overlap; the longer says which secret it is.
func joined(hits []hit) []hit {
	var result []hit
	for _, next := range hits {
		last := len(result) - 1
		if last < 0 || next.from >= result[last].to {
			result = append(result, next)
			continue
		}
		if next.to-next.from > result[last].to-result[last].from {
			result[last].secret = next.secret
		}
		result[last].to = max(result[last].to, next.to)
	}
	return result
}
