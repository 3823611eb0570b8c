package closing

import "github.com/omnicloud/omnicloud/domain/fault"

// State is the state of a period of a book.
type State string

// The states of contract: open → closing → awaiting_approval → publishing → closed, failed from
// closing or publishing, and closed → restating → awaiting_approval for a later revision. A
// restatement that failed is taken up again, or given up for the revision that there is.
const (
	StateOpen             State = "open"
	StateClosing          State = "closing"
	StateAwaitingApproval State = "awaiting_approval"
	StatePublishing       State = "publishing"
	StateClosed           State = "closed"
	StateFailed           State = "failed"
	StateRestating        State = "restating"
)

// States lists the states of a period, in the order that a close goes through them.
func States() []State {
	return []State{StateOpen, StateClosing, StateAwaitingApproval, StatePublishing, StateClosed, StateFailed, StateRestating}
}

var transitions = map[State][]State{
	StateOpen:             {StateClosing},
	StateClosing:          {StateAwaitingApproval, StateFailed, StateOpen},
	StateAwaitingApproval: {StatePublishing, StateOpen, StateClosed, StateFailed},
	StatePublishing:       {StateClosed, StateFailed},
	StateClosed:           {StateRestating},
	StateFailed:           {StateClosing, StatePublishing, StateOpen, StateRestating, StateClosed},
	StateRestating:        {StateAwaitingApproval, StateClosed, StateFailed},
}

// CheckTransition returns a Conflict error unless a period may go from one state to another.
// awaiting_approval leads back to closed only for a restatement that was not approved.
func CheckTransition(from, to State) error {
	for _, allowed := range transitions[from] {
		if allowed == to {
			return nil
		}
	}
	return fault.New(fault.Conflict, "a period that is %s cannot become %s", from, to)
}

// Running reports whether an attempt is under way in this state.
func (s State) Running() bool {
	switch s {
	case StateClosing, StateAwaitingApproval, StatePublishing, StateRestating:
		return true
	default:
		return false
	}
}
