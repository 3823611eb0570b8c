package serviceclient

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// Monitor is a client of the monitor service.
type Monitor struct{ *caller }

var _ closing.Monitor = (*Monitor)(nil)

// Publish delivers an event.
func (m *Monitor) Publish(ctx context.Context, idempotencyKey string, event closing.Event) error {
	return m.post(ctx, "v1/events", idempotencyKey, event)
}
