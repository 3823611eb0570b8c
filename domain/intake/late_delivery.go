package intake

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

// LateDelivery is a slice that came for a month after a close had frozen it.
type LateDelivery struct {
	Slice
	// ID places the delivery in the order in which deliveries came.
	ID     int64
	Source Source
	// Name is where it came from: a file, or the collection of a close.
	Name string
	// Appended is set for one that stands beside what there was; any other takes the place of all of it.
	Appended    bool
	DeliveredAt time.Time
	// TakenBy is the attempt that has booked it, or zero while it waits. TakenRevision is the revision
	// that this made, 0 while it is not approved.
	TakenBy       closing.AttemptRef
	TakenRevision int
}

// Waiting reports whether no attempt that counts has booked the delivery.
func (l LateDelivery) Waiting() bool { return l.TakenBy.Attempt == 0 }

// LateQuery asks for what came late for a month of a book, oldest first, beyond the delivery with id
// After, at most Limit.
type LateQuery struct {
	Book    closing.Book
	Month   period.Period
	Kind    Kind // empty for all
	Waiting bool // only what waits
	After   int64
	Limit   int
}

// LateStore finds what came late.
type LateStore interface {
	// LateDeliveries lists the deliveries of charges, control totals, usage and exchange rates for a
	// month that came after it was frozen, but for those that a later one replaced before anything had
	// booked them.
	LateDeliveries(ctx context.Context, query LateQuery) ([]LateDelivery, error)
}
