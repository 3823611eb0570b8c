package serviceclient

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/drift"
)

// Compliance is a client of the compliance service.
type Compliance struct{ *caller }

var _ drift.Compliance = (*Compliance)(nil)

// Escalate brings drift that touches security before people.
func (c *Compliance) Escalate(ctx context.Context, idempotencyKey string, escalation drift.Escalation) error {
	return c.post(ctx, "v1/escalations", idempotencyKey, escalation)
}
