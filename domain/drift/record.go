package drift

import (
	"encoding/json"
	"time"
)

// ChangeType says in which way desired and actual configuration differ.
type ChangeType string

// The ways in which configuration differs.
const (
	ValueChanged    ChangeType = "value_changed"
	KeyAdded        ChangeType = "key_added"
	KeyRemoved      ChangeType = "key_removed"
	TypeMismatch    ChangeType = "type_mismatch"
	ResourceMissing ChangeType = "resource_missing"
	ResourceExtra   ChangeType = "resource_extra"
)

// Record is one difference of one resource. DesiredValue and ActualValue are JSON, absent where the
// side has no such key; a sensitive value is replaced before a record is made, so a record may be
// stored, logged and shown as it is.
type Record struct {
	ID                string          `json:"drift_id"`
	ResourceID        string          `json:"resource_id"`
	ResourceType      string          `json:"resource_type"`
	TenantID          string          `json:"tenant_id,omitempty"`
	Type              ChangeType      `json:"drift_type"`
	Severity          Severity        `json:"severity"`
	ConfigPath        string          `json:"config_path"`
	DesiredValue      json.RawMessage `json:"desired_value,omitempty"`
	ActualValue       json.RawMessage `json:"actual_value,omitempty"`
	DetectedAt        time.Time       `json:"detected_at"`
	RemediationAction string          `json:"remediation_action"`
	AutoRemediable    bool            `json:"auto_remediable"`
}

// Report is the outcome of a scan of a resource or of a tenant. Summary counts records by severity;
// a severity without records is there with zero.
type Report struct {
	ID          string           `json:"report_id"`
	TenantID    string           `json:"tenant_id,omitempty"`
	ResourceIDs []string         `json:"resource_ids"`
	Drifts      []Record         `json:"drifts"`
	StartedAt   time.Time        `json:"scan_started_at"`
	CompletedAt time.Time        `json:"scan_completed_at"`
	Summary     map[Severity]int `json:"summary"`
}

// Summarize counts records by severity; every severity is in the result.
func Summarize(records []Record) map[Severity]int {
	counts := make(map[Severity]int, len(Severities()))
	for _, severity := range Severities() {
		counts[severity] = 0
	}
	for _, record := range records {
		counts[record.Severity]++
	}
	return counts
}

// ActionType is what a remediation does to a resource.
type ActionType string

// What a remediation does.
const (
	ActionUpdate ActionType = "update"
	ActionDelete ActionType = "delete"
	ActionCreate ActionType = "create"
)

// RemediationAction is what would bring one resource back to its desired configuration.
// ConfigChanges maps the path of each change to the value to be written; null removes the key.
type RemediationAction struct {
	Type             ActionType                 `json:"action_type"`
	ResourceID       string                     `json:"resource_id"`
	ConfigChanges    map[string]json.RawMessage `json:"config_changes"`
	RequiresApproval bool                       `json:"requires_approval"`
}
