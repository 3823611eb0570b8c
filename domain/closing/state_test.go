package closing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

var states = closing.States()

func TestTransitions(t *testing.T) {
	allowed := map[closing.State]string{
		closing.StateOpen:             "closing",
		closing.StateClosing:          "awaiting_approval failed open",
		closing.StateAwaitingApproval: "publishing open closed failed",
		closing.StatePublishing:       "closed failed",
		closing.StateClosed:           "restating",
		closing.StateFailed:           "closing publishing open restating closed",
		closing.StateRestating:        "awaiting_approval closed failed",
	}
	for _, from := range states {
		for _, to := range states {
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				err := closing.CheckTransition(from, to)
				if slices.Contains(strings.Fields(allowed[from]), string(to)) {
					assert.NoError(t, err)
					return
				}
				assert.Equal(t, fault.Conflict, fault.CodeOf(err))
				assert.ErrorContains(t, err, string(from))
			})
		}
	}
}

func TestApprovalIsThePointOfNoReturn(t *testing.T) {
	require.Error(t, closing.CheckTransition(closing.StatePublishing, closing.StateOpen))
	require.Error(t, closing.CheckTransition(closing.StateClosed, closing.StateOpen))
}

func TestRunning(t *testing.T) {
	running := map[closing.State]bool{
		closing.StateClosing: true, closing.StateAwaitingApproval: true,
		closing.StatePublishing: true, closing.StateRestating: true,
	}
	for _, state := range states {
		assert.Equal(t, running[state], state.Running(), state)
	}
}
