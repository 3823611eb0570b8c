package configpath

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Hit is a pattern that matches where a state stands.
type Hit struct {
	// Pattern is the position of the pattern in the list that the matcher was made of.
	Pattern int
	// Inside says that the pattern matches the list, not the element that was stepped to: rules at
	// rules[2].
	Inside bool
}

// Matcher matches paths against many patterns at once, a segment at a time. It remembers where
// segments lead, so that a step costs one look-up however many patterns there are. It is safe for
// concurrent use.
type Matcher struct {
	nodes []trieNode
	start *State

	mutex  sync.Mutex
	states map[string]*State
}

// trieNode is a place in the tree of patterns.
type trieNode struct {
	keys  map[string]int
	names []branch
	index map[int]int
	any   int
	deep  int
	each  int
	// loops marks the node after **, which any segment leaves where it is.
	loops bool
	hits  []int
}

type branch struct {
	glob string
	to   int
}

// State is what the matcher knows after a path. States are shared: Attach may keep what a caller
// derives from the hits.
type State struct {
	// members are trie nodes times two, plus one where a position was left out to get there.
	members []int
	// numbered says that a pattern has a position of its own next, which makes elements differ.
	numbered bool
	hits     []Hit
	next     atomic.Pointer[map[string]*State]
	element  atomic.Pointer[State]
	derived  atomic.Pointer[any]
}

// rememberedKeys bounds what a state remembers, since keys of maps may be anything.
const rememberedKeys = 256

// NewMatcher makes a matcher of patterns.
func NewMatcher(patterns []Pattern) *Matcher {
	m := &Matcher{nodes: []trieNode{{}}, states: make(map[string]*State)}
	for number, pattern := range patterns {
		at := 0
		for _, step := range pattern.steps {
			at = m.grow(at, step)
		}
		m.nodes[at].hits = append(m.nodes[at].hits, number)
	}
	m.start = m.intern([]int{0})
	return m
}

// grow returns the child of a node for a step, made where there is none.
func (m *Matcher) grow(at int, s step) int {
	n := &m.nodes[at]
	slot := func(child *int) int {
		if *child == 0 {
			*child = len(m.nodes)
		}
		return *child
	}
	to := 0
	switch s.kind {
	case stepKey:
		to = n.keys[s.text]
		if n.keys == nil {
			n.keys = make(map[string]int)
		}
		to = slot(&to)
		n.keys[s.text] = to
	case stepName:
		if i := slices.IndexFunc(n.names, func(b branch) bool { return b.glob == s.text }); i >= 0 {
			return n.names[i].to
		}
		to = len(m.nodes)
		n.names = append(n.names, branch{s.text, to})
	case stepIndex:
		to = n.index[s.at]
		if n.index == nil {
			n.index = make(map[int]int)
		}
		to = slot(&to)
		n.index[s.at] = to
	case stepAny:
		to = slot(&n.any)
	case stepEach:
		to = slot(&n.each)
	case stepDeep:
		if n.loops {
			return at
		}
		to = slot(&n.deep)
	}
	if to == len(m.nodes) {
		m.nodes = append(m.nodes, trieNode{loops: s.kind == stepDeep})
	}
	return to
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
	var members []int
	for _, member := range s.members {
		n := &m.nodes[member/2]
		if to, ok := n.keys[key]; ok {
			members = append(members, to*2)
		}
		for _, b := range n.names {
			if Wildcard(b.glob, key) {
				members = append(members, b.to*2)
			}
		}
		if n.any > 0 {
			members = append(members, n.any*2)
		}
		if n.loops {
			members = append(members, member&^1)
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
	var members []int
	for _, member := range s.members {
		n := &m.nodes[member/2]
		if n.loops {
			members = append(members, member&^1)
		} else {
			members = append(members, member|1)
		}
		if n.any > 0 {
			members = append(members, n.any*2)
		}
		if n.each > 0 {
			members = append(members, n.each*2)
		}
		if to, ok := n.index[position]; ok {
			members = append(members, to*2)
		}
	}
	next := m.intern(members)
	if !s.numbered {
		s.element.Store(next)
	}
	return next
}

// intern returns the one state of a set of members.
func (m *Matcher) intern(members []int) *State {
	for i := 0; i < len(members); i++ {
		if deep := m.nodes[members[i]/2].deep; deep > 0 { // ** may be no segment at all
			members = append(members, deep*2)
		}
	}
	slices.Sort(members)
	members = slices.Compact(members)
	name := make([]byte, 0, 4*len(members))
	for _, member := range members {
		name = append(name, byte(member), byte(member>>8), byte(member>>16), byte(member>>24))
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if known, ok := m.states[string(name)]; ok {
		return known
	}
	state := &State{members: members}
	for _, member := range members {
		state.numbered = state.numbered || m.nodes[member/2].index != nil
		for _, number := range m.nodes[member/2].hits {
			state.hits = append(state.hits, Hit{Pattern: number, Inside: member&1 == 1})
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
