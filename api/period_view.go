package api

import (
	"fmt"
	"net/url"
	"time"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

// periodPath returns the path of a month.
func periodPath(book string, month period.Period) string {
	return fmt.Sprintf("/v1/books/%s/periods/%s", url.PathEscape(book), month)
}

// quoted makes an entity tag of a result hash; no result has no tag.
func quoted(hash string) string {
	if hash == "" {
		return ""
	}
	return `"` + hash + `"`
}

// periodView shows a period's row.
func (s *server) periodView(status closing.Status) PeriodStatus {
	path := periodPath(status.Book, status.Period)
	totals, notes, count := notesApart(status.Totals)
	status.Totals = totals
	if status.State == closing.StateOpen { // what was noted is of an attempt that no longer counts
		status.Basis, status.PeriodBy, notes, count = "", "", nil, 0
	}
	view := PeriodStatus{
		Book:             status.Book,
		Period:           status.Period,
		State:            status.State,
		Attempt:          status.Attempt,
		Revision:         status.Revision,
		Reason:           status.Reason,
		FailureCode:      status.FailureCode,
		RequestedBy:      status.RequestedBy,
		ManifestHash:     status.ManifestHash,
		ResultHash:       status.ResultHash,
		ApprovalDeadline: status.ApprovalDeadline.UTC(),
		CostBasis:        string(status.Basis),
		PeriodBy:         string(status.PeriodBy),
		Totals:           status.Totals,
		Notes:            notes,
		NotesCount:       count,
		Reconciliation:   status.Reconciliation,
		CorrelationID:    status.CorrelationID,
		UpdatedAt:        status.UpdatedAt.UTC(),
		Links:            PeriodLinks{Self: path, Allocations: path + "/allocations", Decisions: path + "/decisions", Late: path + "/late"},
	}
	if view.Totals == nil {
		view.Totals = []CurrencyTotal{}
	}
	if status.Step != "" {
		view.Progress = &Progress{Step: status.Step, Done: status.StepDone, Total: status.StepTotal}
	}
	if status.State != closing.StateClosed {
		view.Restates, view.Restatement = status.Restates, status.Restatement
	}
	if status.Attempt > 0 {
		view.WorkflowID = status.Ref().WorkflowID()
		view.Links.Job = jobPath(view.WorkflowID)
		view.Links.TemporalUI = s.workflowLink(view.WorkflowID)
	}
	if status.State != closing.StateAwaitingApproval {
		view.ApprovalDeadline = time.Time{}
	}
	setAside(&view, status)
	return view
}

// workflowLink leads to a workflow in the Temporal UI, or nowhere where there is none.
func (s *server) workflowLink(workflowID string) string {
	if s.options.TemporalUI == "" {
		return ""
	}
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s", s.options.TemporalUI,
		url.PathEscape(s.options.TemporalNamespace), url.PathEscape(workflowID))
}

func jobPath(workflowID string) string { return "/v1/jobs/" + url.PathEscape(workflowID) }
