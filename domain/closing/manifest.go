package closing

import (
	"github.com/omnicloud/omnicloud/domain/period"
)

// Manifest names every input of an attempt by content, so that the same manifest always gives the
// same result. It holds no time, no random id and no reference to where data is kept: the hash of
// its canonical encoding is what "frozen" means.
type Manifest struct {
	Version  int           `json:"version"`
	Book     string        `json:"book"`
	Period   period.Period `json:"period"`
	Currency string        `json:"currency"`
	Basis    Basis         `json:"cost_basis"`
	PeriodBy PeriodBy      `json:"period_by"`
	// AllocationVersion is the version of the apportionment rule, "lrm-1".
	AllocationVersion string          `json:"allocation_version"`
	Inputs            []ManifestInput `json:"inputs"`
	Rules             []ManifestRule  `json:"rules"`
	// Restates is the result hash of the revision that a restatement starts from; empty for a close.
	Restates string `json:"restates,omitempty"`
}

// ManifestInput is one frozen slice of input, in the order of kind, scope, hash.
type ManifestInput struct {
	// Kind is charges, usage, tenants, ownership, invoices, rates or late.
	Kind string `json:"kind"`
	// Scope says which part of the kind: the billing account for charges and invoices, month and
	// billing account for late charges, the rank among slices that overrule each other for tenants,
	// else empty.
	Scope string `json:"scope,omitempty"`
	// ContentHash is the SHA-256 of the slice's rows in canonical encoding, in hexadecimal; for late
	// charges, of the content hashes of what they are the difference of.
	ContentHash string `json:"content_hash"`
	Rows        int64  `json:"rows"`
}

// ManifestRule is one frozen rule version, in the order of content hash. Id and version lead to the
// rule; the manifest's own hash knows its content alone.
type ManifestRule struct {
	RuleID      string `json:"rule_id"`
	Version     int    `json:"version"`
	ContentHash string `json:"content_hash"`
	// Rank is a mapping's place in the order in which mappings are tried, from 1; 0 for a pool's rule.
	// The first mapping that matches decides, so their order counts as their content does.
	Rank int `json:"rank,omitempty"`
}
