package infra

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// ActionType is what an action does to a resource. The names are those of a remediation plan.
type ActionType string

// What an action does.
const (
	ActionCreate ActionType = "create"
	ActionUpdate ActionType = "update"
	ActionDelete ActionType = "delete"
)

// Action is one thing to be done to one resource.
type Action struct {
	Type       ActionType `json:"action_type"`
	ResourceID string     `json:"resource_id"`
	// Side is the configuration that is changed; empty means the actual one, which is the cloud.
	Side Side `json:"side,omitempty"`
	// Changes are made to that side; a create gives the whole configuration under the empty path, or
	// its keys one by one. A delete has none.
	Changes []Change `json:"changes,omitempty"`
	// Version is the one of the live state that the action was decided on. Where it is given, an
	// action whose resource has moved since is not carried out. It must be given where changes
	// address elements of lists by index.
	Version int64 `json:"version,omitempty"`
	// ResourceType and TenantID are those of a resource to be created that the service never knew.
	ResourceType string `json:"resource_type,omitempty"`
	TenantID     string `json:"tenant_id,omitempty"`
}

func (a Action) side() Side {
	if a.Side == "" {
		return SideActual
	}
	return a.Side
}

// Check returns an InvalidInput error for an action that cannot be carried out as it is written.
func (a Action) Check() error {
	if err := CheckID(a.ResourceID); err != nil {
		return err
	}
	if !a.side().Valid() {
		return fault.Invalid("/side", "side %.40q of the action on %s is neither actual nor desired", a.Side, a.ResourceID)
	}
	switch a.Type {
	case ActionDelete:
		if len(a.Changes) > 0 {
			return fault.Invalid("/changes", "the deletion of %s changes nothing else", a.ResourceID)
		}
		return nil
	case ActionCreate, ActionUpdate:
	default:
		return fault.Invalid("/action_type", "action %.40q on %s is none of create, update, delete", a.Type, a.ResourceID)
	}
	if len(a.Changes) == 0 {
		return fault.Invalid("/changes", "the %s of %s changes nothing", a.Type, a.ResourceID)
	}
	if _, err := orderChanges(a.Changes); err != nil {
		return err
	}
	if a.Version == 0 && usesIndexes(a.Changes) {
		return fault.Invalid("/version", "the %s of %s addresses elements of lists, so it must name the version that they were counted in", a.Type, a.ResourceID)
	}
	return nil
}

// fingerprint stands for what a write leads to: what the places that it touches are to hold. An element
// that somebody puts into a list again and again is the same fix, wherever in the list it stands.
func (r *Reconciler) fingerprint(action Action, after []Change) string {
	return r.digest(struct {
		Type  ActionType
		Side  Side
		After []Change
	}{action.Type, action.side(), after})
}

// writeKey is the idempotency key of one write: the same for the same content, another for anything
// else, whoever repeats it and however often.
func (r *Reconciler) writeKey(run, resourceID, verb string, version int64, content any) string {
	return "reconcile-" + r.digest([]any{run, resourceID, verb, version, content})
}

// digest is a keyed digest of strings, numbers and JSON that was read.
func (r *Reconciler) digest(content any) string {
	text, _ := json.Marshal(content) // it can be written
	mac := hmac.New(sha256.New, r.Key)
	mac.Write(text)
	return hex.EncodeToString(mac.Sum(nil))
}
