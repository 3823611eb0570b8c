package driftwatch

import (
	"context"
	"time"
)

// RuleVersion is one version of the rules by which drift is found, as somebody wrote them.
type RuleVersion struct {
	Version     int       `json:"version"`
	Document    string    `json:"document"`
	ContentHash string    `json:"content_hash"`
	MediaType   string    `json:"media_type"`
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
}

// RuleStore keeps versions of the rules; each is immutable.
type RuleStore interface {
	// Latest returns the rules in force, a zero version where nobody wrote any.
	Latest(ctx context.Context) (RuleVersion, error)
	// Version returns one, or a NotFound error.
	Version(ctx context.Context, version int) (RuleVersion, error)
	// Put adds a version after the one expected to be the latest, and returns it with its number; the
	// same content as the latest adds none. It is a PreconditionFailed error where another was added
	// meanwhile; an expectation below zero does not look.
	Put(ctx context.Context, rules RuleVersion, expected int) (RuleVersion, error)
}

// Rulebook gives the comparer of a tenant by a version of the rules. It reads all that the tenant runs for
// its secrets; its errors are those of reading the rules and of the inventory.
type Rulebook interface {
	// Current returns the comparer by the rules in force and their version, 0 where nobody wrote any.
	Current(ctx context.Context, tenantID string) (Comparer, int, error)
	// At returns the comparer by a version, 0 being no rules but the built-in ones.
	At(ctx context.Context, tenantID string, version int) (Comparer, error)
	// Forget has the next comparer of a tenant look for its secrets anew.
	Forget(tenantID string)
}
