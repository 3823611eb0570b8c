// Package drift holds what differs between declared and observed configuration, and to whom it is
// brought.
package drift

import "context"

// Escalation brings drift that touches security before the people of compliance. It names paths,
// never values, because a drifted value may be a secret.
type Escalation struct {
	ResourceID   string `json:"resource_id"`
	ResourceType string `json:"resource_type"`
	TenantID     string `json:"tenant_id,omitempty"`
	// Severity is security or critical.
	Severity    string   `json:"severity"`
	Summary     string   `json:"summary"`
	ConfigPaths []string `json:"config_paths,omitempty"`
}

// Compliance is the platform's compliance service. The same idempotency key again changes nothing.
// Its errors are Unavailable (with a retry delay where known) when trying again can help, and
// Upstream when it cannot.
type Compliance interface {
	Escalate(ctx context.Context, idempotencyKey string, escalation Escalation) error
}
