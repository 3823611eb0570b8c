package exposure

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
)

// Direction is what a change does to exposure.
type Direction string

// The directions of a change.
const (
	// Unchanged exposes exactly what was exposed before.
	Unchanged Direction = "unchanged"
	// Narrows takes exposure away and adds none.
	Narrows Direction = "narrows"
	// Widens adds exposure and takes none away.
	Widens Direction = "widens"
	// Both adds some and takes some away; so does a change whose effect cannot be told.
	Both Direction = "both"
)

// Widening reports whether anything is added, which a second person has to approve.
func (d Direction) Widening() bool { return d == Widens || d == Both }

// Finding is one thing newly exposed to the world.
type Finding struct {
	// What says it in words, such as "tcp 22 from 0.0.0.0/0".
	What string
	// Before and After are the parts of the two documents that brought it about: what was removed or
	// replaced, and what is there now.
	Before, After []configpath.Path
}

// Change is the difference between two reaches.
type Change struct {
	Direction Direction
	// Opened lists what the world can reach now and could not before, Closed the reverse.
	Opened, Closed []Finding
	// read lists the names of the parts that were understood in either document.
	read []string
}

// Compare says what changes from one reach to another. Neither is changed.
func Compare(before, after Reach) Change {
	var m measure
	m.network(before, after)
	m.policies(before, after)
	m.switches(before, after)
	change := Change{Direction: m.direction(), Opened: m.opened, Closed: m.closed}
	for _, reach := range []Reach{before, after} {
		for _, at := range reach.read {
			change.read = append(change.read, at.names())
		}
	}
	return change
}

// OpensToWorld reports whether anything is newly exposed to the world.
func (c Change) OpensToWorld() bool { return len(c.Opened) > 0 }

// Explains reports whether the part of the document at a path was understood, so that Direction
// speaks for a difference there.
func (c Change) Explains(path configpath.Path) bool {
	var at *place
	for _, step := range path {
		at = &place{at, step}
	}
	names := at.names()
	return slices.ContainsFunc(c.read, func(part string) bool { return within(names, part) || within(part, names) })
}

func within(path, part string) bool {
	return path == part || len(path) > len(part) && path[:len(part)] == part && path[len(part)] == '.'
}

// measure collects what a comparison finds.
type measure struct {
	widens, narrows bool
	opened, closed  []Finding
}

func (m *measure) direction() Direction {
	switch {
	case m.widens && m.narrows:
		return Both
	case m.widens:
		return Widens
	case m.narrows:
		return Narrows
	default:
		return Unchanged
	}
}
