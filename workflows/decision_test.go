package workflows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/workflows"
)

// financeActor makes a finance approver of a name.
func financeActor(subject string) approval.Actor {
	return approval.Actor{Subject: subject, Roles: []approval.Role{approval.RoleFinanceApprover}}
}

// refusedDecisions are decisions that must not count, whichever way they come.
var refusedDecisions = []struct {
	name string
	make func(s *stage) approval.Decision
	code fault.Code
	// early is set where an Update's validator refuses, before the history and the audit trail
	// know of it.
	early bool
}{
	{"another result's hash", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.ResultHash = "another"
		return decision
	}, fault.PreconditionFailed, true},
	{"no hash", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.ResultHash = ""
		return decision
	}, fault.PreconditionRequired, true},
	{"no token", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.Token = ""
		return decision
	}, fault.Unauthenticated, true},
	{"neither approve nor reject", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.Verdict = "maybe"
		return decision
	}, fault.InvalidInput, true},
	{"a reason without end", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.Reason = strings.Repeat("x", workflows.MaxReason+1)
		return decision
	}, fault.InvalidInput, true},
	{"a rejection without a reason", func(s *stage) approval.Decision {
		return s.reasonedDecision(attempt1, "d", approval.Reject, " ", approver)
	}, fault.InvalidInput, true},
	{"a forged token", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.Token = decision.Token[:len(decision.Token)-8] + "AAAAAAAA"
		return decision
	}, fault.Unauthenticated, false},
	{"the token of another decision", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.Token = s.decision("other", approval.Approve, approver).Token
		return decision
	}, fault.Forbidden, false},
	{"the token of the opposite verdict", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, approver)
		decision.Token = s.decision("d", approval.Reject, approver).Token
		return decision
	}, fault.Forbidden, false},
	{"the person who started the close", func(s *stage) approval.Decision {
		return s.decision("d", approval.Approve, financeActor("operator"))
	}, fault.Forbidden, false},
	{"the author of a rule", func(s *stage) approval.Decision {
		return s.decision("d", approval.Approve, financeActor("rule-author"))
	}, fault.Forbidden, false},
	{"a person without the role", func(s *stage) approval.Decision {
		return s.decision("d", approval.Approve, approval.Actor{Subject: "auditor", Roles: []approval.Role{approval.RoleAuditor}})
	}, fault.Forbidden, false},
	{"a name in the payload that the token does not prove", func(s *stage) approval.Decision {
		decision := s.decision("d", approval.Approve, financeActor("operator"))
		decision.Actor = approver
		return decision
	}, fault.Forbidden, false},
}

func TestRefusedDecisions(t *testing.T) {
	for _, refused := range refusedDecisions {
		t.Run("by Update: "+refused.name, func(t *testing.T) {
			s := newStage(t)
			answer := s.updateAfter(time.Hour, refused.make(s))
			good := s.updateAfter(2*time.Hour, s.decision("good", approval.Approve, financeActor("finance_approver_2")))
			result, err := s.run()
			require.NoError(t, err)
			require.Equal(t, refused.code, answer.code())
			require.Equal(t, refused.early, answer.rejected != nil)
			if !refused.early {
				require.Equal(t, []string{string(refused.code)}, s.memory.refusals())
			}
			require.NoError(t, good.err)
			require.Equal(t, closing.StateClosed, result.State, "the workflow goes on waiting")
		})
		t.Run("by Signal: "+refused.name, func(t *testing.T) {
			s := newStage(t)
			s.signalAfter(time.Hour, refused.make(s))
			s.signalAfter(2*time.Hour, s.decision("good", approval.Approve, financeActor("finance_approver_2")))
			result, err := s.run()
			require.NoError(t, err)
			require.Equal(t, []string{string(refused.code)}, s.memory.refusals())
			require.Equal(t, closing.StateClosed, result.State, "the workflow goes on waiting")
		})
	}
	t.Run("a book's own approvers alone may decide", func(t *testing.T) {
		s := newStage(t)
		s.memory.book.Approvers = []string{"cfo"}
		stranger := s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		cfo := s.updateAfter(2*time.Hour, s.decision("d2", approval.Approve, financeActor("cfo")))
		_, err := s.run()
		require.NoError(t, err)
		require.Equal(t, fault.Forbidden, stranger.code())
		require.NoError(t, cfo.err)
	})
}

func TestSignalsThatHoldNoDecision(t *testing.T) {
	for name, payload := range map[string]any{
		"a bare word":       "approve",
		"a number":          42,
		"a list":            []string{"approve"},
		"an oversized text": strings.Repeat("x", workflows.MaxDecision+1),
	} {
		t.Run(name+" is refused on record and the wait goes on", func(t *testing.T) {
			s := newStage(t)
			s.signalAfter(time.Hour, payload)
			s.signalAfter(2*time.Hour, s.decision("good", approval.Approve, approver))
			result, err := s.run()
			require.NoError(t, err)
			require.Len(t, s.memory.refusals(), 1)
			require.Equal(t, closing.StateClosed, result.State)
		})
	}
	t.Run("a flood of them fills neither the history nor the audit trail", func(t *testing.T) {
		s := newStage(t)
		for i := range 3 * workflows.MaxRecordedRefusals {
			s.signalAfter(time.Hour+time.Duration(i)*time.Second, "approve")
		}
		s.signalAfter(20*time.Hour, s.decision("good", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.Len(t, s.memory.refusals(), workflows.MaxRecordedRefusals)
		require.Equal(t, 3*workflows.MaxRecordedRefusals, s.progress().Refused)
		require.Equal(t, closing.StateClosed, result.State)
	})
}

func TestForgedSignalsAreNotLookedAtForEver(t *testing.T) {
	s := newStage(t)
	for i := range 2 * workflows.MaxFutileSignals {
		forged := s.decision(fmt.Sprintf("forged-%d", i), approval.Approve, approver)
		forged.Token = forged.Token[:len(forged.Token)-8] + "AAAAAAAA"
		s.signalAfter(time.Hour+time.Duration(i)*time.Second, forged)
	}
	s.signalAfter(19*time.Hour, s.decision("late", approval.Approve, approver))
	good := s.updateAfter(20*time.Hour, s.decision("good", approval.Approve, financeActor("finance_approver_2")))
	result, err := s.run()
	require.NoError(t, err)
	require.Len(t, s.memory.refusals(), workflows.MaxFutileSignals)
	require.Equal(t, 2*workflows.MaxFutileSignals+1, s.progress().Refused, "the signal after them is not looked at either")
	require.NoError(t, good.err)
	require.Equal(t, closing.StateClosed, result.State, "the API still decides")
	require.Equal(t, 1, s.memory.approvals)
}

func TestExactlyOneDecisionWins(t *testing.T) {
	t.Run("two Updates at once", func(t *testing.T) {
		s := newStage(t)
		first := s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		second := s.updateAfter(time.Hour, s.decision("d2", approval.Reject, financeActor("finance_approver_2")))
		_, err := s.run()
		require.NoError(t, err)
		codes := []fault.Code{first.code(), second.code()}
		require.ElementsMatch(t, []fault.Code{"", fault.Conflict}, codes)
		require.LessOrEqual(t, s.memory.approvals, 1)
		require.Equal(t, []string{string(fault.Conflict)}, s.memory.refusals())
	})
	t.Run("a Signal and an Update at once", func(t *testing.T) {
		s := newStage(t)
		s.signalAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		second := s.updateAfter(time.Hour, s.decision("d2", approval.Approve, financeActor("finance_approver_2")))
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, 1, s.memory.approvals)
		require.Len(t, s.memory.refusals(), 1)
		require.True(t, second.done || second.rejected != nil, "the Update was answered")
	})
	t.Run("the same decision twice counts once and is no offence", func(t *testing.T) {
		s := newStage(t)
		decision := s.decision("d1", approval.Approve, approver)
		s.publishErrors = []error{fault.New(fault.Unavailable, "billing is down")}
		s.signalAfter(time.Hour, decision)
		s.signalAfter(time.Hour+time.Millisecond, decision)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, 1, s.memory.approvals)
		require.Empty(t, s.memory.refusals())
	})
	t.Run("a decision that is faster than the news of its own request counts", func(t *testing.T) {
		s := newStage(t)
		answer, decision := &reply{}, s.decision("d1", approval.Approve, approver)
		arrived := make(chan struct{})
		s.memory.afterAwait = func() {
			s.RegisterDelayedCallback(func() { s.update(decision, answer); close(arrived) }, 0)
			<-arrived
		}
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, answer.rejected)
		require.NoError(t, answer.err)
		require.Equal(t, closing.StateClosed, result.State)
	})
	t.Run("a decision before there is a result is refused", func(t *testing.T) {
		s := newStage(t)
		s.signalAfter(0, s.decision("d1", approval.Approve, approver))
		s.signalAfter(time.Hour, s.decision("d2", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, []string{string(fault.Conflict)}, s.memory.refusals())
	})
	t.Run("a decision that is looked at when the deadline passes comes too late", func(t *testing.T) {
		s := newStage(t)
		s.memory.before["Book"] = func() {
			if s.memory.snapshot().State == closing.StateAwaitingApproval {
				s.memory.mutex.Lock()
				s.memory.down["Book"] = 8 // keeps the activity retrying beyond the deadline
				s.memory.mutex.Unlock()
				s.memory.before["Book"] = nil
			}
		}
		answer := s.updateAfter(deadline-time.Second, s.decision("d1", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateOpen, result.State)
		require.Equal(t, 0, s.memory.approvals)
		require.Len(t, s.memory.refusals(), 1)
		require.NotEmpty(t, answer.code())
	})
	t.Run("a signal that arrives while the close ends is still recorded", func(t *testing.T) {
		s := newStage(t)
		s.memory.before["Close"] = func() { s.SignalWorkflow(workflows.DecideName, "late") }
		s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Len(t, s.memory.refusals(), 1)
	})
}
