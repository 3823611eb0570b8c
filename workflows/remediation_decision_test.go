package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/workflows"
)

// refusedMendings are decisions on a remediation that must not count, whichever way they come.
var refusedMendings = []struct {
	name  string
	actor approval.Actor
	sign  func(*approval.Decision)
	// forge changes a decision after it was signed.
	forge func(*mendingStage, *approval.Decision)
	code  fault.Code
	// early is set where an Update's validator refuses.
	early bool
}{
	{name: "who asked for the scan", actor: securityApprover("operator"), code: fault.Forbidden},
	{name: "a finance approver", actor: approver, code: fault.Forbidden},
	{name: "an approval without a direction", actor: ada, sign: func(d *approval.Decision) { d.Direction = "" }, code: fault.InvalidInput},
	{name: "a broken glass without a reason", actor: ada, sign: func(d *approval.Decision) { d.BreakGlass, d.Reason = true, "" }, code: fault.InvalidInput},
	{name: "a rejection with a direction", actor: ada, sign: func(d *approval.Decision) { d.Verdict = approval.Reject }, code: fault.InvalidInput},
	{name: "another plan's hash", actor: ada, sign: func(d *approval.Decision) { d.ResultHash = "another" }, code: fault.PreconditionFailed, early: true},
	{name: "no token", actor: ada, forge: func(_ *mendingStage, d *approval.Decision) { d.Token = "" }, code: fault.Unauthenticated, early: true},
	{name: "a forged token", actor: ada, forge: func(_ *mendingStage, d *approval.Decision) {
		d.Token = d.Token[:len(d.Token)-8] + "AAAAAAAA"
	}, code: fault.Unauthenticated},
	{name: "a token for the other direction", actor: ada, forge: func(_ *mendingStage, d *approval.Decision) {
		d.Direction = approval.Accept
	}, code: fault.Forbidden},
	{name: "a token that breaks no glass", actor: ada, forge: func(_ *mendingStage, d *approval.Decision) {
		d.BreakGlass = true
	}, code: fault.Forbidden},
	{name: "the token of another workflow", actor: ada, forge: func(s *mendingStage, d *approval.Decision) {
		signed, _, err := s.tokens.SignDecision(approval.TokenClaims{
			DecisionID: d.ID, WorkflowID: "remediation:acme:another", ResultHash: d.ResultHash, Verdict: d.Verdict,
			Reason: d.Reason, Direction: d.Direction, Actor: d.Actor,
		})
		require.NoError(s, err)
		d.Token = signed
	}, code: fault.Forbidden},
	{name: "a name that the token does not prove", actor: securityApprover("operator"), forge: func(_ *mendingStage, d *approval.Decision) {
		d.Actor = ada
	}, code: fault.Forbidden},
}

func TestRefusedRemediationDecisions(t *testing.T) {
	for _, refused := range refusedMendings {
		made := func(s *mendingStage) approval.Decision {
			decision := s.decision("d", refused.actor)
			if refused.sign != nil {
				decision = s.decision("d", refused.actor, refused.sign)
			}
			if refused.forge != nil {
				refused.forge(s, &decision)
			}
			return decision
		}
		t.Run("by Update: "+refused.name, func(t *testing.T) {
			s := newMendingStage(t, portOpened)
			answer := &reply{}
			s.at(time.Hour, func() { s.send(made(s), answer) })
			good := s.decideAfter(2*time.Hour, "good", bob)
			result, err := s.run()
			require.NoError(t, err)
			require.Equal(t, refused.code, answer.code())
			require.Equal(t, refused.early, answer.rejected != nil)
			if !refused.early {
				require.Len(t, s.mendings.refusals(), 1)
				require.Contains(t, s.mendings.refusals()[0], string(refused.code))
			}
			require.NoError(t, good.err)
			require.Equal(t, remediation.Mended, result.State, "the workflow goes on waiting")
			require.Equal(t, []string{"bob"}, s.mendings.counted())
		})
		t.Run("by Signal: "+refused.name, func(t *testing.T) {
			s := newMendingStage(t, portOpened)
			s.at(time.Hour, func() { s.SignalWorkflow(workflows.DecideName, made(s)) })
			s.at(2*time.Hour, func() {
				require.Empty(t, s.cloud.writes)
				s.SignalWorkflow(workflows.DecideName, s.decision("good", bob))
			})
			result, err := s.run()
			require.NoError(t, err)
			require.Len(t, s.mendings.refusals(), 1)
			require.Contains(t, s.mendings.refusals()[0], string(refused.code))
			require.Equal(t, remediation.Mended, result.State, "a signal with a valid token counts")
			require.Equal(t, []string{"bob"}, s.mendings.counted())
		})
	}
	t.Run("a signal that holds no decision is refused on record", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.at(time.Hour, func() { s.SignalWorkflow(workflows.DecideName, "approve") })
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.Len(t, s.mendings.refusals(), 1)
	})
}

func TestWhatATokenDoesNotProveIsOnRecordEachTime(t *testing.T) {
	s := newMendingStage(t, portOpened)
	s.at(time.Hour, func() {
		decision := s.decision("d", ada)
		for _, change := range []func(*approval.Decision){accepting, rejecting, breakingGlass, accepting} {
			said := decision
			change(&said)
			s.SignalWorkflow(workflows.DecideName, said)
		}
	})
	result, err := s.run()
	require.NoError(t, err)
	require.Equal(t, remediation.Expired, result.State)
	require.Equal(t, []string{"ada: forbidden", "ada: forbidden", "ada: forbidden"}, s.mendings.refusals(), "the same again once")
}

func TestTheReasonOfARefusedSignalIsKeptWithoutSecrets(t *testing.T) {
	s := newMendingStage(t, portOpened)
	s.at(time.Hour, func() {
		said := s.decision("d", ada)
		said.Token, said.Reason = "", strings.Repeat("x", 995)+" hunter2"
		s.SignalWorkflow(workflows.DecideName, said)
	})
	_, err := s.run()
	require.NoError(t, err)
	require.Len(t, s.mendings.refusals(), 1)
	require.NotContains(t, s.mendings.decisions[0].Reason, "hunt", "not even what was left of it by the cut")
}

func TestRemediationQuorum(t *testing.T) {
	t.Run("what widens needs two people, and the same one twice is one", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		first := s.decideAfter(time.Hour, "d1", ada, accepting)
		twice := s.decideAfter(2*time.Hour, "d2", ada, accepting)
		s.at(150*time.Minute, func() { require.Empty(t, s.cloud.writes) })
		second := s.decideAfter(3*time.Hour, "d3", bob, accepting)
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, first.err)
		require.Equal(t, workflows.DecisionOutcome{
			State: string(remediation.AwaitingApproval), ResultHash: first.outcome.ResultHash, Approvals: 1, Needed: 2,
		}, first.outcome)
		require.Equal(t, fault.Conflict, twice.code())
		require.NoError(t, second.err)
		require.Equal(t, remediation.Declared, result.State)
		require.Equal(t, []string{"ada", "bob"}, s.mendings.counted())
		require.Equal(t, []infra.Side{infra.SideDesired}, s.cloud.writes, "what runs stays as it is, and is declared")
		require.True(t, s.cloud.open())
	})
	t.Run("two who want different things do not make two", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.decideAfter(time.Hour, "d1", ada, accepting)
		closing := s.decideAfter(2*time.Hour, "d2", bob)
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, closing.err)
		require.Equal(t, remediation.Mended, result.State, "to close it needs one, whoever wanted it open")
		require.False(t, s.cloud.open())
	})
	t.Run("one rejection ends it, whoever agreed before", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.decideAfter(time.Hour, "d1", ada, accepting)
		s.decideAfter(2*time.Hour, "d2", bob, rejecting)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Rejected, result.State)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("one who breaks the glass is enough, and it is on record", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		answer := s.decideAfter(time.Hour, "d1", ada, accepting, breakingGlass)
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, answer.err)
		require.Equal(t, remediation.Declared, result.State)
		require.True(t, s.mendings.snapshot().BreakGlass)
		require.True(t, s.mendings.decisions[0].BreakGlass)
	})
	t.Run("who asked for the scan cannot break the glass either", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		answer := s.decideAfter(time.Hour, "d1", securityApprover("operator"), breakingGlass)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, fault.Forbidden, answer.code())
		require.Equal(t, remediation.Expired, result.State)
	})
	t.Run("the same decision again is answered as it was", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.at(time.Hour, func() {
			decision := s.decision("d1", ada, accepting)
			s.SignalWorkflow(workflows.DecideName, decision)
			s.SignalWorkflow(workflows.DecideName, decision)
		})
		s.at(2*time.Hour, func() { s.SignalWorkflow(workflows.DecideName, s.decision("d2", bob, accepting)) })
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Declared, result.State)
		require.Empty(t, s.mendings.refusals())
		require.Equal(t, []string{"ada", "bob"}, s.mendings.counted())
	})
	t.Run("a workflow that was lost while it waited still knows who agreed", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		hash := s.plan()
		s.mendings.decisions = []approval.Recorded{{Decision: approval.Decision{
			ID: "d1", Verdict: approval.Approve, Direction: approval.Accept, ResultHash: hash, Actor: ada,
		}}}
		second := s.decideAfter(time.Hour, "d2", bob, accepting)
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, second.err)
		require.Equal(t, remediation.Declared, result.State)
	})
}
