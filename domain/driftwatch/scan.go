// Package driftwatch scans what tenants run for drift, keeps what is open, and says what is news, to
// whom it is brought and what may be mended. Comparing two configurations is package drift's, mending
// package remediation's.
package driftwatch

import (
	"maps"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// ScanRef names a scan.
type ScanRef struct {
	TenantID string `json:"tenant_id"`
	ScanID   string `json:"scan_id"`
}

// NewScanID makes the id of a scan, a UUIDv7.
func NewScanID() string { return uuid.Must(uuid.NewV7()).String() }

// WorkflowID returns the id of the scan's workflow, drift-scan:{tenant}:{scan id}.
func (r ScanRef) WorkflowID() string { return "drift-scan:" + r.TenantID + ":" + r.ScanID }

// ScanState is how far a scan has come.
type ScanState string

// The states. A partial scan did not see everything: what it found is reported, but nothing counts as
// gone, nothing as missing, and nothing is mended.
const (
	ScanRunning  ScanState = "running"
	ScanComplete ScanState = "complete"
	ScanPartial  ScanState = "partial"
	ScanFailed   ScanState = "failed"
)

// ScanRequest asks for a scan. Types narrows it to some resource types; empty means all.
type ScanRequest struct {
	TenantID string
	ScanID   string
	Types    []string
	// Confirms, where not empty, names a partial scan whose loss of resources is real, and Reason says how
	// that is known.
	Confirms, Reason string
	RequestedBy      string
	CorrelationID    string
	Now              time.Time
}

// Check returns an InvalidInput error for a confirmation without a reason, or a reason for none.
func (r ScanRequest) Check() error {
	if (r.Confirms == "") != (strings.TrimSpace(r.Reason) == "") {
		return fault.Invalid("/reason", "a scan that confirms a loss says with reason how it is known; no other has one")
	}
	return nil
}

// Scan is a scan as its row tells it.
type Scan struct {
	ScanRef
	State         ScanState `json:"state"`
	Types         []string  `json:"resource_types"`
	RequestedBy   string    `json:"requested_by"`
	CorrelationID string    `json:"correlation_id,omitempty"`
	// Confirms names the scan whose loss of resources this one believes.
	Confirms      string `json:"confirms,omitempty"`
	ConfirmReason string `json:"confirm_reason,omitempty"`
	// First says that no scan of the tenant saw anything to the end before: nobody is alerted.
	First       bool      `json:"first"`
	StartedAt   time.Time `json:"scan_started_at"`
	CompletedAt time.Time `json:"scan_completed_at,omitzero"`
	// Finished says that the listing was read to its end.
	Finished     bool `json:"-"`
	RulesVersion int  `json:"rules_version"`
	Tally
	// Summary counts findings by severity.
	Summary map[drift.Severity]int64 `json:"summary"`
	// News counts what was not known before, Resolved what is gone.
	News     int64 `json:"news"`
	Resolved int64 `json:"resolved"`
	Opened   int64 `json:"remediations_opened"`
	// Deferred counts the resources that may be mended and were left to the next scan.
	Deferred int64  `json:"remediations_deferred"`
	Reason   string `json:"reason,omitempty"`
}

// Lossy reports whether a scan came to its end and is partial only because of what it did not see any more.
func (s Scan) Lossy() bool {
	return s.State == ScanPartial && s.Gap() == "" && s.Finished
}

// Tally counts what a scan has worked through.
type Tally struct {
	Resources  int64 `json:"resources"`
	Drifted    int64 `json:"drifted_resources"`
	Missing    int64 `json:"missing_resources"`
	Extra      int64 `json:"extra_resources"`
	Unreadable int64 `json:"unreadable_resources"`
	// Changing counts those that were being changed, and were not compared.
	Changing int64 `json:"changing_resources"`
	Findings int64 `json:"drifts"`
	// Expected is how many resources the listing announced.
	Expected int64 `json:"expected_resources"`
	// Running counts those that are there, by type.
	Running map[string]int64 `json:"running_resources,omitempty"`
}

// Add sums two tallies; Expected is the later one's.
func (t Tally) Add(next Tally) Tally {
	running := maps.Clone(next.Running)
	for kind, count := range t.Running {
		if running == nil {
			running = make(map[string]int64, len(t.Running))
		}
		running[kind] += count
	}
	return Tally{
		Resources: t.Resources + next.Resources, Drifted: t.Drifted + next.Drifted, Missing: t.Missing + next.Missing,
		Extra: t.Extra + next.Extra, Unreadable: t.Unreadable + next.Unreadable,
		Changing: t.Changing + next.Changing, Findings: t.Findings + next.Findings,
		Expected: next.Expected, Running: running,
	}
}

// Page is one page's part of a scan: findings, counts, and where the next page begins.
type Page struct {
	Number   int
	Findings []Finding
	// Changing names the resources that were being changed.
	Changing []string
	Tally    Tally
	Next     string
}

// Position is where a scan stands: how many pages are kept, where the next begins, and whether that
// was all.
type Position struct {
	Pages    int
	Cursor   string
	Finished bool
	Tally    Tally
}
