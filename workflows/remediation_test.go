package workflows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/workflows"
)

var (
	ada = securityApprover("ada")
	bob = securityApprover("bob")
)

func TestRemediation(t *testing.T) {
	t.Run("what is approved is written once, verified, and mended", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		answer := s.decideAfter(time.Hour, "d1", ada)
		s.at(time.Minute, func() {
			waiting := s.progress()
			require.Equal(t, string(remediation.AwaitingApproval), waiting.State)
			require.Equal(t, "pending", waiting.Decision)
			require.Equal(t, s.mendings.snapshot().PlanHash, waiting.ResultHash)
			require.True(t, s.cloud.open(), "nothing is written before somebody agreed")
		})
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.NoError(t, answer.err)
		require.Equal(t, "approved", answer.outcome.State)
		require.Equal(t, 1, answer.outcome.Needed, "what narrows exposure needs one person, though it is critical")
		require.Equal(t, []infra.Side{infra.SideActual}, s.cloud.writes)
		require.False(t, s.cloud.open())
		require.Equal(t, []remediation.State{
			remediation.AwaitingApproval, remediation.Approved, remediation.Applying, remediation.Verifying, remediation.Planning, remediation.Mended,
		}, s.mendings.states)
	})
	t.Run("what does not touch security is mended without a person", func(t *testing.T) {
		s := newMendingStage(t, renamed)
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.True(t, s.mendings.snapshot().Automatic)
		require.Empty(t, s.mendings.decisions)
		require.Len(t, s.cloud.writes, 1)
		require.JSONEq(t, webAsDeclared, s.cloud.runs())
		require.Less(t, s.Now().Sub(began), time.Hour)
	})
	t.Run("a rejected plan ends with the reason, and nothing is written", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		answer := s.decideAfter(time.Hour, "d1", ada, rejecting)
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, answer.err)
		require.Equal(t, remediation.Rejected, result.State)
		require.Equal(t, "it is meant to be open", result.Reason)
		require.Equal(t, []string{"ada"}, s.mendings.counted())
		require.Empty(t, s.cloud.writes)
	})
	t.Run("nobody decides: a reminder, an escalation, and the end at the deadline", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.WithinDuration(t, began.Add(72*time.Hour), s.Now(), time.Minute)
		require.Equal(t, []remediation.NotificationKind{remediation.NotifyReminder, remediation.NotifyEscalated}, s.mendings.told)
		require.Equal(t, "expired", s.progress().Decision)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("reminders that cannot be sent do not end the wait", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.down["Notify"] = 1000
		s.decideAfter(50*time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
	})
	t.Run("in mode propose a person is asked about every change", func(t *testing.T) {
		s := newMendingStage(t, renamed)
		s.cloud.mode = driftwatch.Propose
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("beyond a cap a person is asked, and told why", func(t *testing.T) {
		s := newMendingStage(t, renamed)
		s.mendings.usage.InRun = remediation.DefaultPolicy().Limits.PerRun
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.Equal(t, []string{"ada"}, s.mendings.counted())
		require.Contains(t, s.mendings.snapshot().Plan.Reasons[0], "the scan has led to")
	})
	t.Run("beyond a cap that others reached while it was planned a person is asked too", func(t *testing.T) {
		s := newMendingStage(t, renamed)
		s.mendings.late.OfTenant = remediation.DefaultPolicy().Limits.PerTenant
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.Equal(t, []string{"ada"}, s.mendings.counted())
		require.Contains(t, s.mendings.snapshot().Plan.Reasons[0], "changes were made for this tenant")
	})
	t.Run("when every second change fails a person is asked, between the plan and the write too", func(t *testing.T) {
		s := newMendingStage(t, renamed)
		later := fault.New(fault.Unavailable, "the state service does not answer")
		later.RetryAfter = 10 * time.Minute
		s.cloud.refuse = []error{later}
		s.at(5*time.Minute, func() { s.mendings.usage.Failed, s.mendings.usage.Tried = 3, 6 })
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.Empty(t, s.cloud.writes)
		require.Contains(t, s.mendings.snapshot().Plan.Reasons[0], "3 failed")
	})
	t.Run("a mode that is taken back holds what was opened before, and not written yet", func(t *testing.T) {
		s := newMendingStage(t, renamed)
		s.mendings.before["Move applying"] = func() { s.cloud.setMode(driftwatch.Observe) }
		later := fault.New(fault.Unavailable, "the state service does not answer")
		later.RetryAfter = 10 * time.Minute
		s.cloud.refuse = []error{later}
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.Empty(t, s.cloud.writes)
		require.Contains(t, s.mendings.snapshot().Plan.Reasons, "the mode of this resource type is observe")
	})
	t.Run("what people agreed to is done, whatever the mode is by then", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.at(30*time.Minute, func() { s.cloud.setMode(driftwatch.Observe) })
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.Equal(t, 1, s.mendings.snapshot().PlanNumber)
	})
	t.Run("what was there at the first scan of a tenant reminds nobody", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.one.Quiet = true
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.Empty(t, s.mendings.told)
	})
	t.Run("drift that went away by itself leaves nothing to do", func(t *testing.T) {
		s := newMendingStage(t, webAsDeclared)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Moot, result.State)
	})
}

func TestRemediationChangedUnderTheApprover(t *testing.T) {
	t.Run("the decision is refused, the plan made anew, and asked for again", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		var stale approval.Decision
		answer := &reply{}
		s.at(time.Hour, func() {
			stale = s.decision("d1", ada)
			s.cloud.meddle(portOpened[:len(portOpened)-1] + `,"SecurityGroupEgress":[]}`)
			s.send(stale, answer)
		})
		late := &reply{}
		s.at(2*time.Hour, func() {
			require.NotEqual(t, stale.ResultHash, s.mendings.snapshot().PlanHash)
			require.Empty(t, s.cloud.writes)
			again := s.decision("d2", ada, func(d *approval.Decision) { d.ResultHash = stale.ResultHash })
			s.send(again, late)
		})
		good := s.decideAfter(3*time.Hour, "d3", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, fault.PreconditionFailed, answer.code())
		require.Equal(t, fault.PreconditionFailed, late.code(), "the plan before is nobody's to approve any more")
		require.NoError(t, good.err)
		require.Equal(t, remediation.Mended, result.State)
		require.Equal(t, 2, s.mendings.snapshot().PlanNumber)
		require.Equal(t, []string{"ada: precondition_failed"}, s.mendings.refusals())
		require.Len(t, s.cloud.writes, 1)
	})
	t.Run("an approval that counted for the plan before counts for nothing", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		first := s.decideAfter(time.Hour, "d1", ada, accepting)
		second := &reply{}
		s.at(2*time.Hour, func() {
			decision := s.decision("d2", bob, accepting)
			s.cloud.meddle(portOpened[:len(portOpened)-1] + `,"SecurityGroupEgress":[]}`)
			s.send(decision, second)
		})
		alone := s.decideAfter(3*time.Hour, "d3", bob, accepting)
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, first.err)
		require.Equal(t, fault.PreconditionFailed, second.code())
		require.NoError(t, alone.err)
		require.Equal(t, 1, alone.outcome.Approvals)
		require.Equal(t, remediation.Expired, result.State)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("what moves between the approval and the write is not written over", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.before["Move applying"] = func() { s.cloud.meddle(renamed) }
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.Equal(t, 2, s.mendings.snapshot().PlanNumber)
		require.True(t, s.mendings.snapshot().Automatic, "the tags that are left need nobody")
		require.JSONEq(t, webAsDeclared, s.cloud.runs())
	})
	t.Run("what changes under every plan is left to people in the end", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		for hour := range 40 {
			s.at(time.Duration(hour+1)*time.Hour, func() {
				if s.mendings.snapshot().State != remediation.AwaitingApproval {
					return
				}
				decision := s.decision("d"+s.Now().String(), ada)
				s.cloud.meddle(portOpened)
				s.send(decision, &reply{})
			})
		}
		_, err := s.run()
		require.Equal(t, fault.Conflict, workflows.FaultOf(err).Code)
		require.Equal(t, remediation.Failed, s.mendings.snapshot().State)
		require.Equal(t, 25, s.mendings.snapshot().PlanNumber)
		require.Empty(t, s.cloud.writes)
	})
}

func TestRemediationCancellation(t *testing.T) {
	t.Run("until an approval it ends without a change", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.at(time.Hour, s.CancelWorkflow)
		_, err := s.run()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, remediation.Cancelled, s.mendings.snapshot().State)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("what was mended before stays mended, and what waits is not begun", func(t *testing.T) {
		s := newMendingStage(t, strings.Replace(portOpened, `"Value":"web"`, `"Value":"by hand"`, 1))
		s.at(time.Hour, s.CancelWorkflow)
		_, err := s.run()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, remediation.Cancelled, s.mendings.snapshot().State)
		require.Len(t, s.cloud.writes, 1)
		require.True(t, s.cloud.open())
		require.NotContains(t, s.cloud.runs(), "by hand")
	})
	t.Run("after it the workflow goes on to its end", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.before["Move applying"] = s.CancelWorkflow
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
	})
}
