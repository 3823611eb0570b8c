package intake

import "time"

// Delivery is one run of an import or one collection from a service: it is taken whole or refused
// whole.
type Delivery struct {
	// ID names the delivery (a UUID).
	ID     string
	Kind   Kind
	Source Source
	// Name says where it came from, for people: a path, or a service.
	Name string
	// Append asks for slices beside the current ones instead of in their place.
	Append        bool
	CreatedBy     string
	CreatedAt     time.Time
	CorrelationID string
}

// Placed is a slice of a delivery and what became of it. Superseded counts the slices that it
// replaced.
type Placed struct {
	Slice
	Outcome    Outcome `json:"outcome"`
	Superseded int     `json:"superseded,omitempty"`
}
