package infra

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// State is where a resource is in its life.
type State string

// The states.
const (
	// Pending is declared and not begun.
	Pending State = "pending"
	// Creating is being made by its provider.
	Creating State = "creating"
	// Active is there, whether or not it is as declared.
	Active State = "active"
	// Updating is being changed by its provider.
	Updating State = "updating"
	// Deleting is being removed by its provider.
	Deleting State = "deleting"
	// Deleted is gone for good. A resource that is later made under the same id begins anew.
	Deleted State = "deleted"
	// Failed is in an unknown condition after a change that did not work.
	Failed State = "failed"
)

// transitions are the moves that are legal. From active to creating goes what was found missing and
// is made again; from failed to active what turned out to work or was mended by hand.
var transitions = map[State][]State{
	Pending:  {Creating, Deleted, Failed},
	Creating: {Active, Deleting, Failed},
	Active:   {Updating, Creating, Deleting},
	Updating: {Active, Failed},
	Deleting: {Deleted, Failed},
	Failed:   {Creating, Updating, Deleting, Active},
	Deleted:  nil,
}

// States lists every state, in the order of a life.
func States() []State {
	return []State{Pending, Creating, Active, Updating, Deleting, Deleted, Failed}
}

// Valid reports whether the state is one of the seven.
func (s State) Valid() bool { return slices.Contains(States(), s) }

// Settled reports whether nobody is changing the resource just now, so that a change may begin.
func (s State) Settled() bool { return s == Pending || s == Active || s == Failed }

// Changing reports whether somebody is changing the resource just now: what it runs with is neither
// what it was nor what it will be.
func (s State) Changing() bool { return s == Creating || s == Updating || s == Deleting }

// MayBecome reports whether the move to another state is legal. No state becomes itself.
func (s State) MayBecome(next State) bool { return slices.Contains(transitions[s], next) }

// checkMove returns a Conflict error, naming what is possible, for a move that is not legal.
func checkMove(id string, from, to State) error {
	switch {
	case !to.Valid():
		return fault.Invalid("/state", "state %.40q of resource %s is none of %v", to, id, States())
	case from.MayBecome(to):
		return nil
	case len(transitions[from]) == 0:
		return fault.New(fault.Conflict, "resource %s is %s, which is final; it cannot become %s", id, from, to)
	default:
		return fault.New(fault.Conflict, "resource %s is %s and can become %v, not %s", id, from, transitions[from], to)
	}
}
