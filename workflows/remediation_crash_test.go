package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/workflows"
)

// plan brings the row to where an earlier run of the workflow would have left it, with a plan that waits
// for people, and returns its hash.
func (s *mendingStage) plan() string {
	planner := remediation.Planner{Comparer: s.rules(), DigestKey: []byte("key")}
	plan, _, err := planner.Plan(remediation.Draft{Resource: s.cloud.resource, Mode: s.cloud.mode})
	require.NoError(s, err)
	hash, err := plan.Hash()
	require.NoError(s, err)
	_, err = s.mendings.KeepPlan(context.Background(), mending, *plan, remediation.Keeping{Hash: hash, Deadline: s.Now().Add(2 * time.Hour), Mode: s.cloud.mode, Limits: remediation.DefaultPolicy().Limits})
	require.NoError(s, err)
	return hash
}

// write makes the change of the plan, as the run before would have.
func (s *mendingStage) write() {
	planner := remediation.Planner{Comparer: s.rules(), DigestKey: []byte("key")}
	plan, _, err := planner.Plan(remediation.Draft{Resource: s.cloud.resource, Mode: s.cloud.mode})
	require.NoError(s, err)
	action := plan.Revert.Actions()[0]
	_, err = s.cloud.Update(context.Background(), "the run before", infra.Update{
		ID: action.ResourceID, Version: action.Version, Side: action.Side, Changes: action.Changes,
	})
	require.NoError(s, err)
}

func TestRemediationCrashes(t *testing.T) {
	away := fault.New(fault.Unavailable, "the state service does not answer")
	for name, c := range map[string]func(*mendingStage){
		"before the write": func(s *mendingStage) { s.cloud.refuse = []error{away, away, away, away, away} },
		"after the write, whose answer is lost": func(s *mendingStage) {
			s.cloud.lose = []error{away}
		},
		"between the write and its record": func(s *mendingStage) { s.mendings.down["Move verifying"] = 5 },
		"of the worker, between the write and its record": func(s *mendingStage) {
			s.mendings.before["Move verifying"] = func() { panic("the worker dies") }
		},
		"while it is verified": func(s *mendingStage) {
			s.mendings.before["Move planning"] = func() { panic("the worker dies") }
			s.mendings.down["Move planning"] = 3
		},
		"before the end is recorded": func(s *mendingStage) { s.mendings.down["End"] = 5 },
	} {
		t.Run("a crash "+name+" writes once", func(t *testing.T) {
			s := newMendingStage(t, portOpened)
			c(s)
			answer := s.decideAfter(time.Hour, "d1", ada)
			result, err := s.run()
			require.NoError(t, err)
			require.NoError(t, answer.err)
			require.Equal(t, remediation.Mended, result.State)
			require.Equal(t, []infra.Side{infra.SideActual}, s.cloud.writes)
			require.False(t, s.cloud.open())
			require.Equal(t, 1, s.mendings.snapshot().PlanNumber)
		})
	}
	t.Run("a platform that asks for patience after the write has it taken back, and then made again without asking anew", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		later := fault.New(fault.Unavailable, "come back later")
		later.RetryAfter = 20 * time.Minute
		s.cloud.lose = []error{later}
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.Len(t, s.cloud.writes, 3)
		require.Equal(t, 1, s.mendings.snapshot().PlanNumber)
		require.False(t, s.cloud.open())
	})
	t.Run("what others wrote between two tries is not written over", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		later := fault.New(fault.Unavailable, "come back later")
		later.RetryAfter = 20 * time.Minute
		s.cloud.refuse = []error{later}
		s.decideAfter(time.Hour, "d1", ada)
		s.at(time.Hour+10*time.Minute, func() { s.cloud.meddle(portOpened) })
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State, "it is planned and asked for anew")
		require.Equal(t, 2, s.mendings.snapshot().PlanNumber)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("what the platform refuses for good fails, and nothing is left half done", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.cloud.refuse = []error{fault.New(fault.Upstream, "the provider answered 400")}
		s.decideAfter(time.Hour, "d1", ada)
		_, err := s.run()
		require.Equal(t, fault.Upstream, workflows.FaultOf(err).Code)
		require.Equal(t, remediation.Failed, s.mendings.snapshot().State)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("a platform that is away for more than a day fails it", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		for range 4000 {
			s.cloud.refuse = append(s.cloud.refuse, away)
		}
		s.decideAfter(time.Hour, "d1", ada)
		_, err := s.run()
		require.Equal(t, fault.Unavailable, workflows.FaultOf(err).Code)
		require.Equal(t, remediation.Failed, s.mendings.snapshot().State)
		require.Empty(t, s.cloud.writes)
	})
	t.Run("what is written and does not show within a quarter of an hour fails", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.before["Move verifying"] = func() { s.cloud.meddle(portOpened) }
		s.mendings.ago = 13 * time.Minute // the test environment tries ten times at most
		s.decideAfter(time.Hour, "d1", ada)
		_, err := s.run()
		require.Equal(t, fault.Conflict, workflows.FaultOf(err).Code)
		require.ErrorContains(t, err, "1 of the differences that were written are still there after 15m")
		require.Equal(t, remediation.Failed, s.mendings.snapshot().State)
		require.Len(t, s.cloud.writes, 1)
	})
	t.Run("what shows late is mended", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.before["Move verifying"] = func() { s.cloud.meddle(portOpened) }
		s.decideAfter(time.Hour, "d1", ada)
		s.at(62*time.Minute, func() { s.cloud.meddle(webAsDeclared) })
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
	})
	t.Run("a platform that was away for hours after the change delays", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.before["Move verifying"] = func() { s.cloud.away(s.Now().Add(3 * time.Minute)) }
		s.mendings.ago = 20 * time.Hour
		s.decideAfter(time.Hour, "d1", ada)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Mended, result.State)
		require.False(t, s.cloud.open())
	})
}

func TestRemediationResumes(t *testing.T) {
	for name, c := range map[string]struct {
		arrange func(*mendingStage)
		writes  int
	}{
		"approved and not begun": {func(s *mendingStage) { s.stands(remediation.Approved) }, 1},
		"begun and not written":  {func(s *mendingStage) { s.stands(remediation.Approved, remediation.Applying) }, 1},
		"written and not recorded": {func(s *mendingStage) {
			s.stands(remediation.Approved, remediation.Applying)
			s.write()
		}, 1},
		"recorded and not verified": {func(s *mendingStage) {
			s.stands(remediation.Approved, remediation.Applying)
			s.write()
			s.stands(remediation.Verifying)
		}, 1},
		"verified and not ended": {func(s *mendingStage) {
			s.stands(remediation.Approved, remediation.Applying)
			s.write()
			s.stands(remediation.Verifying, remediation.Planning)
		}, 1},
	} {
		t.Run("a workflow that was lost when it had "+name, func(t *testing.T) {
			s := newMendingStage(t, portOpened)
			s.plan()
			c.arrange(s)
			result, err := s.run()
			require.NoError(t, err)
			require.Equal(t, remediation.Mended, result.State)
			require.Len(t, s.cloud.writes, c.writes)
			require.False(t, s.cloud.open())
		})
	}
	t.Run("one that waited goes on waiting until the same deadline", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.plan()
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Expired, result.State)
		require.WithinDuration(t, began.Add(2*time.Hour), s.Now(), time.Minute)
	})
	t.Run("one that has ended stays as it is", func(t *testing.T) {
		s := newMendingStage(t, portOpened)
		s.mendings.one.State = remediation.Rejected
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, remediation.Rejected, result.State)
		require.Empty(t, s.cloud.writes)
	})
}

// stands moves the row on, as decided by one person in the direction of what is declared.
func (s *mendingStage) stands(states ...remediation.State) {
	for _, state := range states {
		require.NoError(s, s.mendings.Move(context.Background(), mending, state, ""))
	}
	s.mendings.one.Direction = approval.Revert
}
