// Package drifthistory keeps what was found, decided and done about drift as a chain that only grows.
// Each entry's hash covers its content and the hash of the entry before it, so that an entry which was
// edited, dropped or moved is found by whoever walks the chain, without trusting the database.
package drifthistory

import (
	"encoding/json"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Kind says what an entry tells.
type Kind string

// The kinds. Those of drift carry a drift.Record, those of remediations a plan, a decision or how it
// ended, that of modes those before and after, that of a loss what the scan saw.
const (
	// Detected is drift that was not known, Changed known drift with other values, Reopened drift that
	// came back or whose quiet time is over, Resolved drift that is gone.
	Detected Kind = "drift_detected"
	Changed  Kind = "drift_changed"
	Reopened Kind = "drift_reopened"
	Resolved Kind = "drift_resolved"
	// Accepted and Snoozed are what a person said about drift, StanceRefused what one said who may not.
	Accepted      Kind = "drift_accepted"
	Snoozed       Kind = "drift_snoozed"
	StanceRefused Kind = "drift_decision_refused"
	// ModesSet is what may be done about a tenant's drift from then on. It is about no one resource.
	ModesSet Kind = "drift_modes_set"
	// LossConfirmed is what a person said about a scan that missed much of what ran before: that it is gone.
	LossConfirmed Kind = "drift_loss_confirmed"
	// Opened and Planned begin a remediation; Decided is a decision that counts, Refused one that does
	// not; Applied is a change that was made, Ended how the remediation ended, Reviewed the look that
	// someone took afterwards at a decision that broke the glass.
	Opened   Kind = "remediation_opened"
	Planned  Kind = "remediation_planned"
	Decided  Kind = "remediation_decided"
	Refused  Kind = "remediation_decision_refused"
	Applied  Kind = "remediation_applied"
	Ended    Kind = "remediation_ended"
	Reviewed Kind = "remediation_reviewed"
)

func (k Kind) isFinding() bool { return k == Detected || k == Changed || k == Reopened }

// FindingKinds are the kinds of entries that hold a drift.Record as a scan found it.
func FindingKinds() []Kind { return []Kind{Detected, Changed, Reopened} }

// Entry is one thing that happened to a resource. Document is kept byte for byte as it was written,
// since the hash covers it; it never holds a secret, because records, plans and decisions do not.
type Entry struct {
	TenantID     string          `json:"tenant_id"`
	ResourceID   string          `json:"resource_id"`
	ResourceType string          `json:"resource_type"`
	Kind         Kind            `json:"kind"`
	At           time.Time       `json:"at"`
	Subject      string          `json:"subject,omitempty"`
	Reference    string          `json:"reference,omitempty"`
	Document     json.RawMessage `json:"document"`
}

// Record returns the drift record of an entry that holds one; a Tampered error where it cannot be
// read.
func (e Entry) Record() (record drift.Record, holds bool, err error) {
	if !e.Kind.isFinding() {
		return record, false, nil
	}
	if err := json.Unmarshal(e.Document, &record); err != nil {
		return record, true, fault.Wrap(err, fault.Tampered, "an entry of resource %s holds no drift record", e.ResourceID)
	}
	return record, true, nil
}

// New makes an entry with a document of its own; the document must be writable as JSON.
func New(kind Kind, tenantID, resourceID, resourceType, subject, reference string, at time.Time, document any) (Entry, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return Entry{}, fault.Wrap(err, fault.Internal, "an entry of the drift history cannot be written")
	}
	return Entry{
		TenantID: tenantID, ResourceID: resourceID, ResourceType: resourceType, Kind: kind,
		At: at, Subject: subject, Reference: reference, Document: text,
	}, nil
}

// Filter narrows a listing of a resource's entries; empty fields do not narrow.
type Filter struct {
	TenantID   string
	ResourceID string
	Since      time.Time
	Kinds      []Kind
	// Reference is the drift, scan or remediation that the entries belong to.
	Reference string
}

// Position is where a page of entries ended.
type Position struct {
	Index    int64  `json:"i"`
	TenantID string `json:"t"`
}
