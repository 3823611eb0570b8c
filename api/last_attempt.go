package api

import "github.com/omnicloud/omnicloud/domain/closing"

// setAside moves what an attempt left behind that was rejected, cancelled or expired to LastAttempt:
// shown as the period's own, its hash would ask to be decided on and its totals to be believed.
func setAside(view *PeriodStatus, status closing.Status) {
	reopened := status.State == closing.StateOpen && status.Attempt > 0
	// A closed period shows the revision that counts; only the workflow is the restatement's.
	givenUp := status.State == closing.StateClosed && status.Restates > status.Revision
	if !reopened && !givenUp {
		return
	}
	last := &LastAttempt{
		Attempt: status.Attempt, Reason: status.Reason, WorkflowID: view.WorkflowID,
		Links: &LastAttemptLinks{Job: view.Links.Job, TemporalUI: view.Links.TemporalUI},
	}
	view.LastAttempt, view.Progress = last, nil
	view.WorkflowID, view.Links.Job, view.Links.TemporalUI = "", "", ""
	if givenUp {
		return
	}
	last.RequestedBy, last.ManifestHash, last.ResultHash = view.RequestedBy, view.ManifestHash, view.ResultHash
	last.Totals, last.CorrelationID = view.Totals, view.CorrelationID
	view.RequestedBy, view.ManifestHash, view.ResultHash, view.CorrelationID = "", "", "", ""
	view.Totals, view.Reconciliation = []CurrencyTotal{}, nil
	view.Restates, view.Restatement = 0, nil
}
