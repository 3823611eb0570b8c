package driftwatch

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

const (
	// TracesKept is how long a value that was a secret is remembered after it was last seen as one. It was
	// seen up to TracesRenewed later than is noted.
	TracesKept = 90*24*time.Hour + TracesRenewed
	// TracesRenewed is how old what is noted of a secret that is still there may become.
	TracesRenewed = 7 * 24 * time.Hour
	// MostTraces bounds how many are kept of a tenant; those that were seen longest ago go first.
	MostTraces = 200_000
)

// SeenTrace is the trace of a value that was a secret, and when it was last noted to be one.
type SeenTrace struct {
	secrecy.Trace
	SeenAt time.Time
}

// SecretMemory remembers what was secret, by traces that nobody can read a secret from.
type SecretMemory interface {
	// Traces returns those of a tenant that were noted since a time, to the day.
	Traces(ctx context.Context, tenantID string, since time.Time) ([]SeenTrace, error)
	// See notes that values are secret at a time, and forgets what is older than TracesKept, of whichever
	// tenant, and what of this one goes beyond MostTraces.
	See(ctx context.Context, tenantID string, traces []secrecy.Trace, now time.Time) error
}
