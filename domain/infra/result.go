package infra

// Status is what became of an action.
type Status string

// The statuses. The journal holds them too; Begun is there before a write and left by a crash.
const (
	StatusBegun Status = "begun"
	// StatusDone was written and is there.
	StatusDone Status = "done"
	// StatusUnchanged was as wanted without a write.
	StatusUnchanged Status = "unchanged"
	// StatusFailed did not work, and nothing of it remains.
	StatusFailed Status = "failed"
	// StatusStale was decided on a version that is no longer the live one: it has to be decided anew.
	StatusStale Status = "stale"
	// StatusContested is changed back by someone or something else again and again, and is left alone
	// until a person finds out by whom.
	StatusContested Status = "contested"
	// StatusRolledBack was done and taken back, since a later step of its group failed.
	StatusRolledBack Status = "rolled_back"
	// StatusRollbackFailed was done and could not be taken back.
	StatusRollbackFailed Status = "rollback_failed"
	// StatusSkipped was not begun.
	StatusSkipped Status = "skipped"
)

// Outcome is what became of one action. Detail is a sentence for people and never holds a value of a
// configuration.
type Outcome struct {
	ResourceID   string     `json:"resource_id"`
	ResourceType string     `json:"resource_type,omitempty"`
	TenantID     string     `json:"tenant_id,omitempty"`
	Type         ActionType `json:"action_type"`
	Status       Status     `json:"status"`
	Detail       string     `json:"detail,omitempty"`
	// Writes is how many writes were tried; rolling back is not counted.
	Writes        int   `json:"writes"`
	VersionBefore int64 `json:"version_before,omitempty"`
	VersionAfter  int64 `json:"version_after,omitempty"`
}

// Result is what became of a run.
type Result struct {
	Outcomes []Outcome `json:"outcomes"`
}

// Count returns how many actions ended with a status.
func (r Result) Count(status Status) int {
	count := 0
	for _, outcome := range r.Outcomes {
		if outcome.Status == status {
			count++
		}
	}
	return count
}

// Of returns the outcome of a resource.
func (r Result) Of(resourceID string) (Outcome, bool) {
	for _, outcome := range r.Outcomes {
		if outcome.ResourceID == resourceID {
			return outcome, true
		}
	}
	return Outcome{}, false
}
