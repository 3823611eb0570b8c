package activities

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// DriftScans holds the activities of a DriftScan and their ports. All fields are required.
type DriftScans struct {
	Scans        driftwatch.Store
	Inventory    infra.Inventory
	Rules        driftwatch.Rulebook
	Remediations remediation.Store
	Tenants      tenancy.Directory
	Outbox       outbox.Store
	Compliance   drift.Compliance
	Policy       remediation.Policy
	Now          Clock
}

var driftScans *DriftScans

// OpenDriftScanInput asks for a scan of a tenant.
type OpenDriftScanInput struct {
	TenantID    string   `json:"tenant_id"`
	Types       []string `json:"resource_types,omitempty"`
	RequestedBy string   `json:"requested_by"`
}

// OpenedDriftScan is the scan that there is now. Started is false where one was under way.
type OpenedDriftScan struct {
	Ref     driftwatch.ScanRef `json:"ref"`
	Started bool               `json:"started"`
}

// OpenDriftScan opens a scan of a tenant, or finds the one under way: a repetition after its own commit
// does so too.
func (a *DriftScans) OpenDriftScan(ctx context.Context, input OpenDriftScanInput) (OpenedDriftScan, error) {
	scan, started, err := a.Scans.OpenScan(ctx, driftwatch.ScanRequest{
		TenantID: input.TenantID, ScanID: driftwatch.NewScanID(), Types: input.Types,
		RequestedBy: input.RequestedBy, CorrelationID: correlation.ID(ctx), Now: a.Now(),
	})
	return OpenedDriftScan{Ref: scan.ScanRef, Started: started}, ApplicationError(err)
}

// OpenDriftScan calls the activity of that name.
func OpenDriftScan(ctx workflow.Context, input OpenDriftScanInput) (OpenedDriftScan, error) {
	return execute[OpenedDriftScan](ctx, driftScans.OpenDriftScan, "opens a scan, or finds the one under way", input)
}

// ScannedTenants is a page of the tenants that a sweep scans; Next is empty at the end.
type ScannedTenants struct {
	TenantIDs []string `json:"tenant_ids"`
	Next      string   `json:"next,omitempty"`
}

// tenantsPerPage bounds how many scans a sweep starts before it takes breath.
const tenantsPerPage = 200

// ListScannedTenants lists the tenants in byte order after one of them.
func (a *DriftScans) ListScannedTenants(ctx context.Context, after string) (ScannedTenants, error) {
	tenants, err := a.Tenants.Tenants(ctx)
	if err != nil {
		return ScannedTenants{}, ApplicationError(err)
	}
	var page ScannedTenants
	for _, id := range tenancy.SortedIDs(tenants) {
		if id <= after {
			continue
		}
		if len(page.TenantIDs) == tenantsPerPage {
			page.Next = page.TenantIDs[tenantsPerPage-1]
			break
		}
		page.TenantIDs = append(page.TenantIDs, id)
	}
	return page, nil
}

// ListScannedTenants calls the activity of that name.
func ListScannedTenants(ctx workflow.Context, after string) (ScannedTenants, error) {
	return execute[ScannedTenants](ctx, driftScans.ListScannedTenants, "lists the tenants to scan", after)
}

// ScannedResources counts what a scan worked through; Doubt says why it did not see everything.
type ScannedResources struct {
	driftwatch.Tally
	Doubt string `json:"doubt,omitempty"`
}

// ScanResources compares every resource of the tenant, a page at a time, and keeps what it finds. Cut
// off, it goes on after the last page kept, by the rules that it began with.
func (a *DriftScans) ScanResources(ctx context.Context, ref driftwatch.ScanRef) (ScannedResources, error) {
	scan, err := a.Scans.Scan(ctx, ref.TenantID, ref.ScanID)
	if err != nil {
		return ScannedResources{}, ApplicationError(err)
	}
	var done atomic.Int64
	stop := beatUntilStopped(ctx, &done)
	defer stop()
	comparer, err := a.rulesOf(ctx, scan)
	if err != nil {
		return ScannedResources{}, ApplicationError(err)
	}
	scanner := driftwatch.Scanner{
		Inventory: a.Inventory, Scans: a.Scans, Comparer: comparer, Now: a.Now,
		OnPage: func(resources, _ int64) { done.Store(resources) },
	}
	at, err := scanner.Scan(ctx, ref, scan.Types)
	if err != nil {
		return ScannedResources{}, ApplicationError(err)
	}
	doubt, err := a.doubt(ctx, scan, at.Tally)
	return ScannedResources{Tally: at.Tally, Doubt: doubt}, ApplicationError(err)
}

// doubt says why a scan is not to be believed; empty where it is.
func (a *DriftScans) doubt(ctx context.Context, scan driftwatch.Scan, seen driftwatch.Tally) (string, error) {
	if gap := seen.Gap(); gap != "" {
		return gap, nil
	}
	before, err := a.Scans.Baseline(ctx, scan.ScanRef)
	if err != nil {
		return "", err
	}
	loss := seen.Loss(before, scan.Types)
	if loss == "" {
		return "", nil
	}
	left, err := a.left(ctx, scan.TenantID)
	if err != nil || left {
		return "", err
	}
	return loss, nil
}

// left reports whether a tenant has left, so that its resources are expected to go.
func (a *DriftScans) left(ctx context.Context, tenantID string) (bool, error) {
	tenants, err := a.Tenants.Tenants(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(tenants, func(tenant tenancy.Tenant) bool {
		return tenant.ID == tenantID && driftwatch.Left(tenant, a.Now())
	}), nil
}

// rulesOf gives the rules that a scan compares by: those it began with, or else those in force now. The
// tenant's secrets are looked for anew: what one resource hides another may show.
func (a *DriftScans) rulesOf(ctx context.Context, scan driftwatch.Scan) (driftwatch.Comparer, error) {
	a.Rules.Forget(scan.TenantID)
	if scan.RulesVersion > 0 {
		return a.Rules.At(ctx, scan.TenantID, scan.RulesVersion)
	}
	comparer, version, err := a.Rules.Current(ctx, scan.TenantID)
	if err != nil || version == 0 {
		return comparer, err
	}
	return comparer, a.Scans.NoteRules(ctx, scan.ScanRef, version)
}

// ScanResources calls the activity of that name.
func ScanResources(ctx workflow.Context, ref driftwatch.ScanRef) (ScannedResources, error) {
	return execute[ScannedResources](ctx, driftScans.ScanResources, "compares each resource with what is declared", ref)
}

// SettleScanInput ends a scan.
type SettleScanInput struct {
	Ref   driftwatch.ScanRef `json:"ref"`
	Doubt string             `json:"doubt,omitempty"`
}

// SettledScan is how a scan ended.
type SettledScan struct {
	State    driftwatch.ScanState `json:"state"`
	Findings int64                `json:"drifts"`
	News     int64                `json:"news"`
	Resolved int64                `json:"resolved"`
}

// SettleScan brings what is open up to date, tells the history and makes escalations.
func (a *DriftScans) SettleScan(ctx context.Context, input SettleScanInput) (SettledScan, error) {
	var beats atomic.Int64
	stop := beatUntilStopped(ctx, &beats)
	defer stop()
	scan, err := a.Scans.Settle(ctx, input.Ref, input.Doubt, a.Now())
	return SettledScan{State: scan.State, Findings: scan.Findings, News: scan.News, Resolved: scan.Resolved}, ApplicationError(err)
}

// SettleScan calls the activity of that name.
func SettleScan(ctx workflow.Context, input SettleScanInput) (SettledScan, error) {
	return execute[SettledScan](ctx, driftScans.SettleScan, "records what is new, known, and gone", input)
}

// PublishEscalations delivers the scan's escalations to compliance, which stores each one's key, so
// that one sent twice counts once. One that compliance refuses for good is put aside with the reason.
func (a *DriftScans) PublishEscalations(ctx context.Context, ref driftwatch.ScanRef) (Published, error) {
	var published Published
	for {
		messages, err := a.Outbox.Pending(ctx, outbox.TopicEscalation, driftwatch.EscalationGroup(ref), postingsPerRead)
		if err != nil || len(messages) == 0 {
			return published, ApplicationError(err)
		}
		for _, message := range messages {
			if err := a.escalate(ctx, message); err != nil {
				return published, ApplicationError(err)
			}
			published.Messages++
			activity.RecordHeartbeat(ctx, published.Messages)
		}
	}
}

func (a *DriftScans) escalate(ctx context.Context, message outbox.Message) error {
	var escalation drift.Escalation
	err := json.Unmarshal(message.Payload, &escalation)
	if err != nil {
		err = fault.Wrap(err, fault.Tampered, "outbox message %d holds no escalation", message.ID)
	} else {
		err = a.Compliance.Escalate(ctx, message.Key, escalation)
	}
	return settleDelivery(ctx, a.Outbox, message, err, a.Now)
}

// PublishEscalations calls the activity of that name.
func PublishEscalations(ctx workflow.Context, ref driftwatch.ScanRef) (Published, error) {
	return execute[Published](ctx, driftScans.PublishEscalations, "tells compliance what touches security", ref)
}

// FailedScan says why a scan cannot go on.
type FailedScan struct {
	Ref    driftwatch.ScanRef `json:"ref"`
	Reason string             `json:"reason"`
}

// FailScan records that a scan ended before its time.
func (a *DriftScans) FailScan(ctx context.Context, failed FailedScan) error {
	return ApplicationError(a.Scans.FailScan(ctx, failed.Ref, failed.Reason, a.Now()))
}

// FailScan calls the activity of that name.
func FailScan(ctx workflow.Context, failed FailedScan) error {
	_, err := execute[nothing](ctx, driftScans.FailScan, "records why the scan ended early", failed)
	return err
}

// settleDelivery records what became of a message: delivered, put aside where its receiver refused it
// for good, or else due again, with the error that ends this run.
func settleDelivery(ctx context.Context, messages outbox.Store, message outbox.Message, failure error, now func() time.Time) error {
	if failure == nil {
		return messages.Delivered(ctx, message.ID)
	}
	again, final := dueAtOnce, false
	if tryAgain, listed := retryable[fault.CodeOf(failure)]; listed && !tryAgain {
		again, final = now().Add(refusedFor), true
	}
	if err := messages.Failed(ctx, message.ID, failure.Error(), again); err != nil {
		return errors.Join(failure, err)
	}
	if final {
		activity.GetLogger(ctx).Warn("a message was refused for good", "topic", message.Topic, "key", message.Key, "error", failure)
		return nil
	}
	return failure
}
