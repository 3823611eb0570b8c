package api_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// hesitant is a workflow that gives answers of its own before it decides.
type hesitant struct {
	api.Workflows
	answers []error
	decide  func(decision approval.Decision) error
	ensured int
}

func (h *hesitant) Decide(_ context.Context, _ string, decision approval.Decision) error {
	if len(h.answers) == 0 {
		return h.decide(decision)
	}
	answer := h.answers[0]
	h.answers = h.answers[1:]
	return answer
}

func (h *hesitant) EnsureRemediation(context.Context, remediation.Ref) error {
	h.ensured++
	return nil
}

func TestADecisionIsTakenAsSoonAsItsRowAsksForIt(t *testing.T) {
	notYet := fault.New(fault.InFlight, "the remediation does not wait for a decision yet; it is planning")
	lost := fault.New(fault.NotFound, "the workflow is not known to Temporal, or has ended")
	for name, c := range map[string]struct {
		answers []error
		// moved ends the remediation before the workflow is asked.
		moved   bool
		refusal error
		status  int
		ensured int
		detail  string
	}{
		"a workflow that has not caught up is waited for":        {answers: []error{notYet, notYet}, status: http.StatusOK},
		"one that was lost is started again and waited for":      {answers: []error{lost, lost, notYet}, status: http.StatusOK, ensured: 2},
		"what is over in the end is a conflict":                  {answers: []error{notYet}, moved: true, status: http.StatusConflict, detail: "does not wait for this decision any more"},
		"a conflict while it waits is one, and asked no further": {refusal: fault.New(fault.Conflict, "security_approver has approved this already"), status: http.StatusConflict, detail: "has approved this already"},
		"what takes the workflow too long is told to come back":  {refusal: fault.New(fault.Unavailable, "no worker took it up"), status: http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			workflow := &hesitant{answers: c.answers}
			s := newStage(t, func(d *api.Dependencies, _ *api.Options) { d.Workflows = workflow })
			_, ref := s.drifted(t, "sg-acme", time.Now().Add(time.Hour))
			store := postgres.NewRemediations(s.pool)
			workflow.decide = func(decision approval.Decision) error {
				if c.refusal != nil {
					return c.refusal
				}
				return store.Approve(t.Context(), ref, []approval.Decision{decision})
			}
			if c.moved {
				workflow.answers = nil
				workflow.decide = func(approval.Decision) error {
					require.NoError(t, store.End(t.Context(), ref, remediation.Ending{State: remediation.Cancelled, Now: time.Now()}))
					return notYet
				}
			}
			got := s.post(t, "/v1/remediations/"+ref.ID+"/decisions", "security_approver", `{"decision":"approve","direction":"revert"}`, c.status, "If-Match", planHash)
			require.Equal(t, c.ensured, workflow.ensured)
			if c.status == http.StatusOK {
				require.Equal(t, remediation.Approved, decode[api.RemediationDetail](t, got).Remediation.State)
				return
			}
			require.Contains(t, got.problem(t).Detail, c.detail)
		})
	}
}
