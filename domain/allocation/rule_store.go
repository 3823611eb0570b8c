package allocation

import (
	"context"
	"time"
)

// RuleStore keeps rules in versions that never change.
type RuleStore interface {
	// Revise applies a change to a rule in one transaction: it stores the new versions and makes
	// the retired ones inactive, and nothing else. It returns a Conflict error when the rule's
	// newest version is not the expected one, or when a new active version and an active one of
	// another rule (named in the error) share a subject and an instant.
	Revise(ctx context.Context, change RuleChange) error
	// Version returns one version of a rule, version 0 the newest, active or not. An unknown rule
	// or version is a NotFound error.
	Version(ctx context.Context, ruleID string, version int) (RuleVersion, error)
	// Versions returns every version of a rule, oldest first. An unknown rule is a NotFound error.
	Versions(ctx context.Context, ruleID string) ([]RuleVersion, error)
	// Active returns the active versions in effect at some instant of a span from its beginning
	// (included) to its end (excluded), in the order of kind, pool, effective from, rule id. Zero times are open ends.
	Active(ctx context.Context, from, until time.Time) ([]RuleVersion, error)
	// List returns active versions in the order of rule id and version, after a position (zero: from
	// the beginning), at most limit.
	List(ctx context.Context, filter RuleFilter, after RulePosition, limit int) ([]RuleVersion, error)
}

// RuleChange is one atomic change of one rule.
type RuleChange struct {
	RuleID string
	// Expect is the number of the rule's newest version as the caller saw it; 0 for a new rule.
	Expect int
	// Retire lists versions that are no longer active.
	Retire []int
	// Add lists new versions; their numbers follow Expect.
	Add []RuleVersion
}

// RuleFilter narrows a listing; empty fields do not narrow.
type RuleFilter struct {
	Kind   RuleKind
	PoolID string
	// At keeps the versions in effect at an instant.
	At time.Time
}

// RulePosition is where a page of rules ended.
type RulePosition struct {
	RuleID  string `json:"r"`
	Version int    `json:"v"`
}
