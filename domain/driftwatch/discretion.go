package driftwatch

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

// Discretion hides secrets in what people write about drift, such as why they decided: what the memory has
// of the tenants that it is about, and what has a secret's look.
type Discretion struct {
	Memory SecretMemory
	// Key makes the tags; it must be the one that scans hide secrets with.
	Key secrecy.Key
	Now func() time.Time
}

// Hide returns a text without the secrets of tenants. Errors are the memory's.
func (d *Discretion) Hide(ctx context.Context, text string, tenantIDs ...string) (string, error) {
	for _, tenantID := range tenantIDs {
		if text == "" {
			break
		}
		noted, err := d.Memory.Traces(ctx, tenantID, d.Now().Add(-TracesKept))
		if err != nil {
			return "", err
		}
		traces := make([]secrecy.Trace, len(noted))
		for i, trace := range noted {
			traces[i] = trace.Trace
		}
		known := &secrecy.Secrets{}
		known.Learn(document.TextValue(text))
		known.Remember(secrecy.NewMemory(d.Key.Tracer(tenantID), traces))
		text = secrecy.Redactor{Key: d.Key, Known: known}.Text(tenantID, text)
	}
	return text, nil
}
