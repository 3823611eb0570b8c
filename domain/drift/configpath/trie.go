package configpath

import "slices"

// Trie is patterns by their segments, ready to be part of any number of matchers. It never changes.
type Trie struct{ nodes []trieNode }

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

// NewTrie makes a trie of patterns, with the number of each.
func NewTrie(patterns []Pattern, numbers []int) *Trie {
	t := &Trie{nodes: []trieNode{{}}}
	for i, pattern := range patterns {
		at := 0
		for _, step := range pattern.steps {
			at = t.grow(at, step)
		}
		t.nodes[at].hits = append(t.nodes[at].hits, numbers[i])
	}
	return t
}

// grow returns the child of a node for a step, made where there is none.
func (t *Trie) grow(at int, s step) int {
	n := &t.nodes[at]
	slot := func(child *int) int {
		if *child == 0 {
			*child = len(t.nodes)
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
		to = len(t.nodes)
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
	if to == len(t.nodes) {
		t.nodes = append(t.nodes, trieNode{loops: s.kind == stepDeep})
	}
	return to
}
