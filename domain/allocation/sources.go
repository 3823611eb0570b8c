package allocation

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// ChargeSource reads charges as they are known now.
type ChargeSource interface {
	// Charges hands on every charge whose charge period begins in a span from its beginning
	// (included) to its end (excluded), in any order, until add returns an error, which it returns. The charge is valid
	// during the call alone. Errors of the store are Unavailable.
	Charges(ctx context.Context, from, until time.Time, add func(*charge.Charge) error) error
}

// UsageSource reads metered usage as it is known now.
type UsageSource interface {
	// Usage hands on usage that begins in a span, as Charges does.
	Usage(ctx context.Context, from, until time.Time, add func(charge.Usage) error) error
}

// OwnershipSource reads the owner histories of resources.
type OwnershipSource interface {
	Ownership(ctx context.Context) ([]tenancy.Ownership, error)
}
