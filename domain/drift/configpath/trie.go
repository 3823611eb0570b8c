package configpath

import (
	"cmp"
	"slices"
)

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
	made := len(t.nodes)
	to := made
	switch s.kind {
	case stepKey:
		to = child(&n.keys, s.text, made)
	case stepName:
		if i := slices.IndexFunc(n.names, func(b branch) bool { return b.glob == s.text }); i >= 0 {
			return n.names[i].to
		}
		n.names = append(n.names, branch{s.text, to})
	case stepIndex:
		to = child(&n.index, s.at, made)
	case stepAny:
		n.any = cmp.Or(n.any, made)
		to = n.any
	case stepEach:
		n.each = cmp.Or(n.each, made)
		to = n.each
	case stepDeep:
		if n.loops {
			return at
		}
		n.deep = cmp.Or(n.deep, made)
		to = n.deep
	}
	if to == made {
		t.nodes = append(t.nodes, trieNode{loops: s.kind == stepDeep})
	}
	return to
}

// child returns the node that a step leads to, the one about to be made where there is none yet.
func child[K comparable](children *map[K]int, step K, made int) int {
	if to, known := (*children)[step]; known {
		return to
	}
	if *children == nil {
		*children = make(map[K]int)
	}
	(*children)[step] = made
	return made
}
