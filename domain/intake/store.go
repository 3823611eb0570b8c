package intake

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/period"
)

// Store keeps deliveries. What it holds of a delivery that is not sealed is seen by nobody. Its
// methods may be called from several processes at once: sealing and freezing take turns.
type Store interface {
	// Load takes a delivery whole, in one transaction: it reads all rows, stores them, places each
	// slice (Place), and keeps the report that conclude makes of that. Nothing remains where a row
	// is an error, which is returned as it is, or where the process dies.
	Load(ctx context.Context, delivery Delivery, rows Rows, conclude func([]Placed) Report) (Report, error)
	// SaveRefusal keeps the report of a delivery that was refused.
	SaveRefusal(ctx context.Context, report Report) error
	// Report returns the report of a delivery by its id, or a NotFound error.
	Report(ctx context.Context, id string) (Report, error)
}

// StagedStore keeps deliveries that come in pages, each page committed on its own, so that a
// collection that was interrupted goes on where it stopped.
type StagedStore interface {
	// Begin returns the delivery under way with the same kind and name, or begins one. Earlier
	// deliveries under way for the same kind and group that have another name were given up: their
	// rows are removed.
	Begin(ctx context.Context, delivery Delivery, group string) (Staged, error)
	// AddPage stores rows and the cursor of the page after them in one transaction.
	AddPage(ctx context.Context, staged *Staged, rows Rows, next string) error
	// Seal places the slices of a delivery and makes them visible, all at once. Current slices from
	// services, of the same kind and month, whose key the delivery does not have are superseded:
	// the service no longer lists them. Sealing a sealed delivery again changes nothing.
	Seal(ctx context.Context, staged *Staged, month period.Period) ([]Placed, error)
	// FileScopes lists the scopes that have a current slice from a file, for a kind and month.
	FileScopes(ctx context.Context, kind Kind, month period.Period) ([]string, error)
}

// Staged is a delivery under way.
type Staged struct {
	Delivery Delivery
	// Cursor asks for the next page; Complete is set once there is none, Sealed once it is visible.
	Cursor   string
	Complete bool
	Sealed   bool
	Tally    *Tally
	// SliceIDs holds the store's ids of the tally's slices.
	SliceIDs []int64
}

// Rows returns how many rows were taken so far.
func (s Staged) Rows() int64 { return s.Tally.Rows() }
