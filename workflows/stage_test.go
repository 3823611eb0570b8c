package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	resultHash = "sha256-of-the-result"
	deadline   = 72 * time.Hour
	reminder   = 24 * time.Hour
)

var (
	september = period.New(2026, time.September)
	attempt1  = closing.AttemptRef{Book: "main", Period: september, Attempt: 1}
	approver  = approval.Actor{Subject: "finance_approver", Roles: []approval.Role{approval.RoleFinanceApprover}}
)

// stage runs a PeriodClose under a clock that skips: the workflow, the closing activities and the
// decision tokens are real, the period is kept in memory and the long steps are scripted.
type stage struct {
	*testing.T
	*testsuite.TestWorkflowEnvironment
	memory *memory
	tokens *token.Decisions
	// published fails while it holds errors.
	publishErrors []error
	allocateError error
	watchError    error
	steps         []string
}

func newStage(t *testing.T) *stage {
	t.Helper()
	keys, err := token.CreateKeys(t.Context(), keyfolder.At(t.TempDir()))
	require.NoError(t, err)
	suite := &testsuite.WorkflowTestSuite{}
	s := &stage{T: t, TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), tokens: token.NewDecisions(keys)}
	s.memory = &memory{
		now:    s.Now,
		book:   closing.Book{ID: "main", ApprovalDeadline: deadline, ReminderEvery: reminder},
		status: closing.Status{Book: "main", Period: september, State: closing.StateClosing, Attempt: 1, RequestedBy: "operator"},
		down:   map[string]int{}, before: map[string]func(){},
	}
	s.RegisterWorkflowWithOptions(workflows.PeriodClose, workflow.RegisterOptions{Name: workflows.TypePeriodClose})
	s.RegisterWorkflowWithOptions(workflows.PeriodRestatement, workflow.RegisterOptions{Name: workflows.TypePeriodRestatement})
	s.RegisterActivity(&activities.Closing{Periods: s.memory, Rules: s.memory, Tokens: s.tokens, Notifier: s.memory, Ledger: s.memory, Now: s.Now})
	s.scriptSteps()
	return s
}

// scriptSteps stands in for the steps that work through pages; each is tested on its own.
func (s *stage) scriptSteps() {
	s.RegisterActivity(&activities.Intake{})
	s.RegisterActivity(&activities.Allocation{})
	s.RegisterActivity(&activities.Publication{})
	s.RegisterActivity(&activities.Watch{})
	s.OnActivity("CollectInputs", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.Collected, error) {
		s.steps = append(s.steps, "collect")
		return activities.Collected{Rows: 10}, nil
	}).Maybe()
	s.OnActivity("FreezeInputs", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.Frozen, error) {
		s.steps = append(s.steps, "freeze")
		return activities.Frozen{ManifestHash: "sha256-of-the-manifest", Inputs: 5, Rows: 10}, nil
	}).Maybe()
	s.OnActivity("ReconcileCharges", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.Reconciled, error) {
		s.steps = append(s.steps, "reconcile")
		return activities.Reconciled{Invoices: 1}, nil
	}).Maybe()
	s.OnActivity("AllocateCosts", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.Allocated, error) {
		s.steps = append(s.steps, "allocate")
		return activities.Allocated{Charges: 10}, s.allocateError
	}).Maybe()
	s.OnActivity("VerifyResult", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.Verified, error) {
		return s.verified()
	}).Maybe()
	s.OnActivity("RestateCosts", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.RestatedCosts, error) {
		s.steps = append(s.steps, "restate")
		return activities.RestatedCosts{Charges: 12, BillHash: "sha256-of-the-bill"}, s.allocateError
	}).Maybe()
	s.OnActivity("VerifyRestatement", mock.Anything, mock.Anything).Return(func(_ context.Context, bill activities.RestatedBill) (activities.Verified, error) {
		require.Equal(s, "sha256-of-the-bill", bill.BillHash)
		return s.verified()
	}).Maybe()
	s.OnActivity("DetectAnomalies", mock.Anything, mock.Anything).Return(func(context.Context, closing.AttemptRef) (activities.DetectedAnomalies, error) {
		return activities.DetectedAnomalies{Found: 2, New: 1}, activities.ApplicationError(s.watchError)
	}).Maybe()
	s.OnActivity("PublishEvents", mock.Anything, mock.Anything).Return(activities.Published{Messages: 1}, nil).Maybe()
	s.OnActivity("PublishPostings", mock.Anything, mock.Anything).Return(func(context.Context, activities.PublishInput) (activities.Published, error) {
		s.steps = append(s.steps, "publish")
		if len(s.publishErrors) > 0 {
			err := s.publishErrors[0]
			s.publishErrors = s.publishErrors[1:]
			return activities.Published{}, activities.ApplicationError(err)
		}
		return activities.Published{Messages: 1}, nil
	}).Maybe()
}

// verified records the result's hash, as both ways of verifying do.
func (s *stage) verified() (activities.Verified, error) {
	s.steps = append(s.steps, "verify")
	s.memory.mutex.Lock()
	defer s.memory.mutex.Unlock()
	s.memory.status.ResultHash = resultHash
	return activities.Verified{ResultHash: resultHash, Cells: 24}, nil
}

// run starts the workflow and returns when it has ended.
func (s *stage) run() (workflows.PeriodCloseResult, error) {
	return s.runAs(workflows.TypePeriodClose, attempt1)
}

func (s *stage) runAs(workflowType string, ref closing.AttemptRef) (workflows.PeriodCloseResult, error) {
	s.ExecuteWorkflow(workflowType, workflows.PeriodCloseInput{Ref: ref})
	require.True(s, s.IsWorkflowCompleted())
	var result workflows.PeriodCloseResult
	if err := s.GetWorkflowError(); err != nil {
		return result, err
	}
	require.NoError(s, s.GetWorkflowResult(&result))
	return result, nil
}

// decision makes a decision with a token for what it says.
func (s *stage) decision(id string, verdict approval.Verdict, actor approval.Actor) approval.Decision {
	return s.decisionOn(attempt1, id, verdict, actor)
}

func (s *stage) decisionOn(ref closing.AttemptRef, id string, verdict approval.Verdict, actor approval.Actor) approval.Decision {
	return s.reasonedDecision(ref, id, verdict, "as discussed", actor)
}

func (s *stage) reasonedDecision(ref closing.AttemptRef, id string, verdict approval.Verdict, reason string, actor approval.Actor) approval.Decision {
	decision := approval.Decision{ID: id, Verdict: verdict, Reason: reason, ResultHash: resultHash, Actor: actor}
	signed, _, err := s.tokens.SignDecision(approval.TokenClaims{
		DecisionID: id, WorkflowID: ref.WorkflowID(), ResultHash: resultHash,
		Verdict: verdict, Reason: decision.Reason, Actor: actor,
	})
	require.NoError(s, err)
	decision.Token = signed
	return decision
}

// reply collects what became of an Update.
type reply struct {
	rejected error
	err      error
	outcome  workflows.DecisionOutcome
	done     bool
}

// code returns the fault code of the rejection or failure.
func (r *reply) code() fault.Code {
	if r.rejected != nil {
		return workflows.FaultOf(r.rejected).Code
	}
	if r.err != nil {
		return workflows.FaultOf(r.err).Code
	}
	return ""
}

// updateAfter sends an Update after a delay.
func (s *stage) updateAfter(delay time.Duration, decision approval.Decision) *reply {
	answer := &reply{}
	s.RegisterDelayedCallback(func() { s.update(decision, answer) }, delay)
	return answer
}

func (s *stage) update(decision approval.Decision, answer *reply) {
	s.UpdateWorkflow(workflows.DecideName, decision.ID, &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { answer.rejected = err },
		OnComplete: func(outcome any, err error) {
			answer.err, answer.done = err, true
			if typed, ok := outcome.(workflows.DecisionOutcome); ok {
				answer.outcome = typed
			}
		},
	}, decision)
}

// signalAfter sends a Signal after a delay.
func (s *stage) signalAfter(delay time.Duration, payload any) {
	s.RegisterDelayedCallback(func() { s.SignalWorkflow(workflows.DecideName, payload) }, delay)
}

func (s *stage) progress() workflows.Progress {
	value, err := s.QueryWorkflow(workflows.QueryProgress)
	require.NoError(s, err)
	var progress workflows.Progress
	require.NoError(s, value.Get(&progress))
	return progress
}
