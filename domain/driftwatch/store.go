package driftwatch

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Store keeps scans, what they found and what is open. Its errors are NotFound for what does not exist
// and Unavailable where the database does not answer.
type Store interface {
	PageKeeper
	// OpenScan begins a scan unless one of the tenant runs, which it returns then; opened says which. A
	// running scan of other resource types, or that confirms another, is a Conflict error, and so is
	// confirming a scan that is not partial because of what was lost. A confirmation goes on record.
	OpenScan(ctx context.Context, request ScanRequest) (scan Scan, opened bool, err error)
	// Scan returns a scan; an empty tenant finds that of any.
	Scan(ctx context.Context, tenantID, scanID string) (Scan, error)
	// Scans lists a tenant's scans, the latest first, after a position, at most limit.
	Scans(ctx context.Context, tenantID string, after ScanPosition, limit int) ([]Scan, error)
	// Findings lists a scan's records by resource and path, after a position, at most limit.
	Findings(ctx context.Context, scanID string, after FindingPosition, limit int) ([]drift.Record, error)
	// Baseline returns what a scan is held against: the scan that it confirms, or else the latest complete
	// one of at least its types.
	Baseline(ctx context.Context, ref ScanRef) (Baseline, error)
	// NoteRules notes the version of the rules that a scan compares by.
	NoteRules(ctx context.Context, ref ScanRef, version int) error
	// Settle ends a scan: it brings what is open up to date, appends what is news to the history and
	// puts escalations into the outbox, all in one transaction. Doubt says why the scan did not see
	// everything; empty where it did. Settled again, it returns what it returned.
	Settle(ctx context.Context, ref ScanRef, doubt string, now time.Time) (Scan, error)
	// FailScan ends a scan that cannot go on; a scan that has ended stays as it is.
	FailScan(ctx context.Context, ref ScanRef, reason string, now time.Time) error
	// CountOpened notes how many remediations a scan opened, and how many resources it left to the next.
	CountOpened(ctx context.Context, ref ScanRef, opened int, deferred int64) error
	// Candidates lists resources with open drift that the modes permit to mend and no remediation is under
	// way for, at most limit, and counts them all. The gravest come first, of the same severity those whose
	// mending narrows exposure, and then by id. What was rejected, or could not be mended by the same
	// rules, is no candidate until its drift is another.
	Candidates(ctx context.Context, ref ScanRef, modes Modes, limit int) (list []Candidate, total int64, err error)
	// Drifts lists open, accepted or snoozed drift, the same cause as one group, the gravest first.
	Drifts(ctx context.Context, filter Filter, after GroupPosition, limit int) ([]Group, error)
	// TenantsOf lists the tenants that have a drift, or drift of a cause, that is not resolved; an empty
	// tenant does not narrow.
	TenantsOf(ctx context.Context, tenantID, id string) ([]string, error)
	// TakeStance records what a person said about a drift, or about every drift of a cause, and returns
	// how many drifts it is about. Nothing that is not resolved under that id is a NotFound error.
	TakeStance(ctx context.Context, tenantID, id string, stance Stance) (int, error)
	// RefuseStance puts on record what a person said who may not: once for each tenant, beside the first of
	// the drifts under the id. Nothing under it is a NotFound error.
	RefuseStance(ctx context.Context, tenantID, id string, stance Stance, refusal fault.Code) error
	// Modes returns a tenant's modes, by resource type, and ModesInForce who set each; SetModes replaces
	// them, and puts a change on record. What stays as it was stays with whom it was set by.
	Modes(ctx context.Context, tenantID string) (Modes, error)
	ModesInForce(ctx context.Context, tenantID string) ([]ModeInForce, error)
	SetModes(ctx context.Context, tenantID string, modes Modes, subject, reason string, now time.Time) error
}

// ScanPosition is where a page of scans ended.
type ScanPosition struct {
	StartedAt time.Time `json:"t"`
	ScanID    string    `json:"i"`
}

// FindingPosition is where a page of a scan's records ended.
type FindingPosition struct {
	ResourceID string `json:"r"`
	DriftID    string `json:"d"`
}

// Candidate is a resource with open drift.
type Candidate struct {
	TenantID     string
	ResourceID   string
	ResourceType string
	// Severity is that of its gravest drift.
	Severity drift.Severity
	// Cause stands for all its open drifts and their values together.
	Cause string
	// Quiet is set where all of it was there when the tenant was first scanned: nobody is alerted.
	Quiet bool
}

// Filter narrows a listing of drift; empty fields do not narrow, but State, which is then DriftOpen.
type Filter struct {
	TenantID   string
	ResourceID string
	State      DriftState
	Severity   drift.Severity
}

// Group is one cause in one or several resources. Drifts lists the first of them.
type Group struct {
	Cause     string           `json:"group_id"`
	Type      drift.ChangeType `json:"drift_type"`
	Severity  drift.Severity   `json:"severity"`
	Path      string           `json:"config_path"`
	Resources int64            `json:"resources"`
	Since     time.Time        `json:"since"`
	Drifts    []OpenDrift      `json:"drifts"`
}

// GroupLists is how many drifts of a group a listing shows.
const GroupLists = 20

// OpenDrift is a drift with where it stands.
type OpenDrift struct {
	drift.Record
	State  DriftState `json:"state"`
	Since  time.Time  `json:"since"`
	Stance *Stance    `json:"stance,omitempty"`
	Cause  string     `json:"group_id"`
}

// GroupPosition is where a page of groups ended.
type GroupPosition struct {
	Rank  int    `json:"s"`
	Count int64  `json:"n"`
	Cause string `json:"c"`
}
