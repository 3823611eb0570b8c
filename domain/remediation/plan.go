package remediation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Plan is what people decide about. It holds no value that a record does not: secrets are replaced
// there. What is written is made anew from the resource, whose state the plan is bound to.
type Plan struct {
	drift.RemediationAction
	// Changes are the differences that the plan settles, LeftAlone those that it does not touch.
	Changes   []Difference `json:"changes"`
	LeftAlone []LeftAlone  `json:"left_alone,omitempty"`
	Revert    Option       `json:"revert"`
	Accept    Option       `json:"accept"`
	// Automatic says that no person has to agree; Reasons say why one has to.
	Automatic bool     `json:"automatic"`
	Reasons   []string `json:"reasons,omitempty"`
	// Version, State and RulesVersion are what the plan was made from: the resource's version, a keyed
	// digest of both configurations, and the rules.
	Version      int64  `json:"version"`
	State        string `json:"state_digest"`
	RulesVersion int    `json:"rules_version"`
}

// Difference is one drift that a plan settles.
type Difference struct {
	DriftID  string           `json:"drift_id"`
	Path     string           `json:"config_path"`
	Type     drift.ChangeType `json:"drift_type"`
	Severity drift.Severity   `json:"severity"`
	Desired  json.RawMessage  `json:"desired_value,omitempty"`
	Actual   json.RawMessage  `json:"actual_value,omitempty"`
}

// LeftAlone is a drift that a plan does not touch, with the reason.
type LeftAlone struct {
	DriftID string `json:"drift_id"`
	Path    string `json:"config_path"`
	Reason  string `json:"reason"`
}

// Option is one direction of a plan: what it does to exposure, how many people have to agree, and
// whether it can be carried out at all.
type Option struct {
	Possible  bool             `json:"possible"`
	Action    drift.ActionType `json:"action_type,omitempty"`
	Effect    Effect           `json:"effect"`
	Before    []string         `json:"exposure_before,omitempty"`
	After     []string         `json:"exposure_after,omitempty"`
	Approvals int              `json:"approvals"`
	// Actions say what is written; they are never stored, since they hold values.
	actions []infra.Action
}

// Actions returns what carries the option out.
func (o Option) Actions() []infra.Action { return o.actions }

// In returns the option of a direction.
func (p Plan) In(direction approval.Direction) Option {
	if direction == approval.Accept {
		return p.Accept
	}
	return p.Revert
}

// Hash stands for the plan and for the state that it was made from. Two plans of one hash do the same
// to the same.
func (p Plan) Hash() (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "the plan for resource %s cannot be written", p.ResourceID)
	}
	sum := sha256.Sum256(append([]byte("remediation-plan-1\n"), text...))
	return hex.EncodeToString(sum[:]), nil
}

// Effect is what a change does to exposure.
type Effect string

// The effects. Unknown counts as Widens: what cannot be told apart is not waved through.
const (
	Narrows   Effect = "narrows"
	Unchanged Effect = "unchanged"
	Widens    Effect = "widens"
	Unknown   Effect = "unknown"
)

// Approvals returns how many people have to agree to a change of this effect.
func (e Effect) Approvals() int {
	if e == Narrows || e == Unchanged {
		return 1
	}
	return 2
}

// fingerprint is a digest over values that JSON can write.
func fingerprint(parts ...any) string {
	text, _ := json.Marshal(parts) // strings and numbers alone
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
