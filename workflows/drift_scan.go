package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// DriftScanInput names the scan that the workflow carries out.
type DriftScanInput struct {
	Ref driftwatch.ScanRef `json:"ref"`
}

// DriftScanResult is how a scan ended.
type DriftScanResult struct {
	State        driftwatch.ScanState `json:"state"`
	Resources    int64                `json:"resources"`
	Findings     int64                `json:"drifts"`
	News         int64                `json:"news"`
	Remediations int                  `json:"remediations"`
	// Deferred counts the resources that are left to the next scan.
	Deferred int64  `json:"deferred,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// DriftScan compares everything that a tenant runs with what is declared, brings what is open up to
// date, tells compliance what touches security, and starts a Remediation for each resource that may be
// mended. A scan that did not see everything settles as partial and remediates nothing. What it found
// and where it stands is in PostgreSQL, so a workflow that is started again goes on there.
func DriftScan(ctx workflow.Context, input DriftScanInput) (DriftScanResult, error) {
	run := &driftScan{ref: input.Ref, progress: Progress{Kind: TypeDriftScan, State: string(driftwatch.ScanRunning)}}
	if err := answerProgress(ctx, &run.progress); err != nil {
		return DriftScanResult{}, err
	}
	result, err := run.carryOut(ctx)
	if err != nil {
		run.giveUp(ctx, err)
	}
	return result, err
}

type driftScan struct {
	ref      driftwatch.ScanRef
	progress Progress
}

func (s *driftScan) carryOut(ctx workflow.Context) (DriftScanResult, error) {
	s.progress.enter("scan")
	scanned, doubt, err := s.scan(ctx)
	if err != nil {
		return DriftScanResult{}, err
	}
	s.progress.count("resources", scanned.Resources)

	s.progress.enter("settle")
	settled, err := activities.SettleScan(under(ctx, commit), activities.SettleScanInput{Ref: s.ref, Doubt: doubt})
	if err != nil {
		return DriftScanResult{}, err
	}
	s.progress.State = string(settled.State)
	s.progress.count("drifts", settled.Findings)
	s.progress.count("news", settled.News)

	result := DriftScanResult{State: settled.State, Resources: scanned.Resources, Findings: settled.Findings, News: settled.News, Reason: doubt}
	if settled.State == driftwatch.ScanComplete {
		s.progress.enter("remediate")
		opened, err := s.remediate(ctx)
		if err != nil {
			return result, err
		}
		result.Remediations, result.Deferred = len(opened.Refs), opened.Deferred
	}
	s.progress.enter("escalate")
	if _, err := activities.PublishEscalations(under(ctx, platform), s.ref); err != nil {
		return result, err
	}
	s.progress.enter("")
	return result, nil
}

// scan reads and compares. A platform that answers with something unusable, or not at all for too long,
// leaves a partial scan and not a failed one: what was read is worth telling.
func (s *driftScan) scan(ctx workflow.Context) (scanned activities.ScannedResources, doubt string, err error) {
	scanned, err = activities.ScanResources(under(ctx, scanning), s.ref)
	if err == nil {
		return scanned, scanned.Doubt, nil
	}
	switch found := activities.FaultOf(err); {
	case temporal.IsCanceledError(err):
		return scanned, "", err
	case found.Code == fault.Upstream || found.Code == fault.Unavailable:
		return scanned, found.Message, nil
	default:
		return scanned, "", err
	}
}

// remediate starts a workflow per remediation; a rescan finds those that run.
func (s *driftScan) remediate(ctx workflow.Context) (activities.OpenedRemediations, error) {
	opened, err := activities.OpenRemediations(under(ctx, paging), s.ref)
	if err != nil {
		return opened, err
	}
	for _, ref := range opened.Refs {
		if err := StartOfRemediation(ref, workflow.GetInfo(ctx).WorkflowExecution.RunID).abandoned(ctx); err != nil {
			return opened, err
		}
	}
	s.progress.count("remediations", int64(len(opened.Refs)))
	s.progress.count("deferred", opened.Deferred)
	return opened, nil
}

// giveUp records why the scan ends before its time, cancelled or not.
func (s *driftScan) giveUp(ctx workflow.Context, cause error) {
	last, _ := workflow.NewDisconnectedContext(ctx)
	reason := activities.FaultOf(cause).Message
	if temporal.IsCanceledError(cause) {
		reason = "it was cancelled"
	}
	s.progress.State, s.progress.Reason = string(driftwatch.ScanFailed), reason
	if err := activities.FailScan(under(last, lastWord), activities.FailedScan{Ref: s.ref, Reason: reason}); err != nil {
		workflow.GetLogger(ctx).Error("the end of the scan could not be recorded", "error", err)
	}
}
