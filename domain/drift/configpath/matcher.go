package configpath

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Hit is a pattern that matches where a state stands.
type Hit struct {
	// Pattern is the number of the pattern.
	Pattern int
	// Inside says that the pattern matches the list, not the element that was stepped to: rules at
	// rules[2].
	Inside bool
}

// Matcher matches paths against many patterns at once, a segment at a time. It remembers where
// segments lead, so that a step costs one look-up however many patterns there are. It is safe for
// concurrent use.
type Matcher struct {
	tries []*Trie
	start *State

	mutex  sync.Mutex
	states map[string]*State
}

// State is what the matcher knows after a path. States are shared: Attach may keep what a caller
// derives from the hits.
type State struct {
	members []member
	// numbered says that a pattern has a position of its own next, which makes elements differ.
	numbered bool
	hits     []Hit
	next     atomic.Pointer[map[string]*State]
	element  atomic.Pointer[State]
	derived  atomic.Pointer[any]
}

// member is a node of a trie: the number of the trie above that of the node, and as the lowest bit whether
// a position was left out to get there.
type member uint64

func memberOf(trie, node int) member { return member(trie)<<32 | member(node)<<1 }

// to is another node of the same trie.
func (m member) to(node int) member { return m>>32<<32 | member(node)<<1 }

func (m member) inside() bool { return m&1 == 1 }

func (m *Matcher) node(at member) *trieNode {
	return &m.tries[at>>32].nodes[uint32(at)>>1]
}

// rememberedKeys bounds what a state remembers, since keys of maps may be anything.
const rememberedKeys = 256

// NewMatcher makes a matcher of the patterns of tries, whose numbers must differ.
func NewMatcher(tries ...*Trie) *Matcher {
	m := &Matcher{tries: tries, states: make(map[string]*State)}
	start := make([]member, len(tries))
	for i := range tries {
		start[i] = memberOf(i, 0)
	}
	m.start = m.intern(start)
	return m
}

// Start returns the state of the empty path.
func (m *Matcher) Start() *State { return m.start }

// Next returns the state after one more segment.
func (m *Matcher) Next(s *State, segment Segment) *State {
	if position, isIndex := segment.Index(); isIndex {
		return m.Element(s, position)
	}
	return m.Member(s, segment.key)
}

// Member returns the state after the step to a key.
func (m *Matcher) Member(s *State, key string) *State {
	known := s.next.Load()
	if known != nil {
		if next, ok := (*known)[key]; ok {
			return next
		}
	}
	var members []member
	for _, from := range s.members {
		n := m.node(from)
		if to, ok := n.keys[key]; ok {
			members = append(members, from.to(to))
		}
		for _, b := range n.names {
			if Wildcard(b.glob, key) {
				members = append(members, from.to(b.to))
			}
		}
		if n.any > 0 {
			members = append(members, from.to(n.any))
		}
		if n.loops {
			members = append(members, from&^1)
		}
	}
	next := m.intern(members)
	m.remember(s, key, next)
	return next
}

func (m *Matcher) remember(s *State, key string, next *State) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	known := map[string]*State{}
	if old := s.next.Load(); old != nil {
		if len(*old) >= rememberedKeys {
			return
		}
		known = maps.Clone(*old)
	}
	known[strings.Clone(key)] = next // the key of a document would keep all of it
	s.next.Store(&known)
}

// Element returns the state after the step to a position of a list.
func (m *Matcher) Element(s *State, position int) *State {
	if !s.numbered {
		if next := s.element.Load(); next != nil {
			return next
		}
	}
	var members []member
	for _, from := range s.members {
		n := m.node(from)
		if n.loops {
			members = append(members, from&^1)
		} else {
			members = append(members, from|1)
		}
		if n.any > 0 {
			members = append(members, from.to(n.any))
		}
		if n.each > 0 {
			members = append(members, from.to(n.each))
		}
		if to, ok := n.index[position]; ok {
			members = append(members, from.to(to))
		}
	}
	next := m.intern(members)
	if !s.numbered {
		s.element.Store(next)
	}
	return next
}

// intern returns the one state of a set of members.
func (m *Matcher) intern(members []member) *State {
	for i := 0; i < len(members); i++ {
		if deep := m.node(members[i]).deep; deep > 0 { // ** may be no segment at all
			members = append(members, members[i].to(deep))
		}
	}
	slices.Sort(members)
	members = slices.Compact(members)
	name := make([]byte, 0, 8*len(members))
	for _, at := range members {
		name = binary.LittleEndian.AppendUint64(name, uint64(at))
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if known, ok := m.states[string(name)]; ok {
		return known
	}
	state := &State{members: members}
	for _, at := range members {
		n := m.node(at)
		state.numbered = state.numbered || n.index != nil
		for _, number := range n.hits {
			state.hits = append(state.hits, Hit{Pattern: number, Inside: at.inside()})
		}
	}
	// The same pattern without a position left out, where both are there, comes last.
	slices.SortFunc(state.hits, func(a, b Hit) int {
		if a.Pattern != b.Pattern {
			return a.Pattern - b.Pattern
		}
		if a.Inside == b.Inside {
			return 0
		}
		if a.Inside {
			return -1
		}
		return 1
	})
	m.states[string(name)] = state
	return state
}

// Hits returns the patterns that match here, in their order.
func (s *State) Hits() []Hit { return s.hits }

// Derived returns what make derives from a state's hits; it is made once per state, or a few times
// where goroutines meet.
func Derived[T any](s *State, derive func([]Hit) T) T {
	if known := s.derived.Load(); known != nil {
		return (*known).(T)
	}
	made := derive(s.hits)
	var kept any = made
	s.derived.Store(&kept)
	return made
}
