package allocation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// RuleKind says what a stored rule holds.
type RuleKind string

// The kinds of rules.
const (
	RuleKindPool    RuleKind = "pool"
	RuleKindMapping RuleKind = "mapping"
)

// RuleVersion is one immutable version of a stored rule. Whatever changes a rule, its end included,
// is a new version; the version that it replaces is kept and merely no longer active. What was
// allocated by a version can therefore always be allocated again.
type RuleVersion struct {
	RuleID  string   `json:"rule_id"`
	Version int      `json:"version"`
	Kind    RuleKind `json:"kind"`
	// Pool is set for kind pool, Mapping for kind mapping.
	Pool    *AllocationRule `json:"pool,omitempty"`
	Mapping *Mapping        `json:"mapping,omitempty"`
	// ContentHash is the SHA-256, in hexadecimal, of Document: the rule with its effective period.
	ContentHash string    `json:"content_hash"`
	IsActive    bool      `json:"is_active"`
	CreatedBy   string    `json:"created_by"`
	CreatedAt   time.Time `json:"created_at"`
}

// NewPoolVersion makes an active version of a pool rule, with its content hash. It returns an
// InvalidInput error for a rule that is not valid.
func NewPoolVersion(ruleID string, version int, rule AllocationRule, by string, at time.Time) (RuleVersion, error) {
	rule.EffectiveFrom, rule.EffectiveUntil = instant.Of(rule.EffectiveFrom), instant.Of(rule.EffectiveUntil)
	if err := rule.Validate(); err != nil {
		return RuleVersion{}, err
	}
	rule.RuleID, rule.IsActive = ruleID, true
	return RuleVersion{
		RuleID: ruleID, Version: version, Kind: RuleKindPool, Pool: &rule,
		IsActive: true, CreatedBy: by, CreatedAt: instant.Of(at),
	}.hashed()
}

// NewMappingVersion makes an active version of a mapping; errors as NewPoolVersion.
func NewMappingVersion(ruleID string, version int, mapping Mapping, by string, at time.Time) (RuleVersion, error) {
	mapping.EffectiveFrom, mapping.EffectiveUntil = instant.Of(mapping.EffectiveFrom), instant.Of(mapping.EffectiveUntil)
	if err := mapping.Validate(); err != nil {
		return RuleVersion{}, err
	}
	return RuleVersion{
		RuleID: ruleID, Version: version, Kind: RuleKindMapping, Mapping: &mapping,
		IsActive: true, CreatedBy: by, CreatedAt: instant.Of(at),
	}.hashed()
}

func (v RuleVersion) hashed() (RuleVersion, error) {
	document, err := v.Document()
	if err != nil {
		return RuleVersion{}, err
	}
	sum := sha256.Sum256(document)
	v.ContentHash = hex.EncodeToString(sum[:])
	return v, nil
}

// Document returns the rule as JSON with keys in a fixed order; it is what is stored and hashed. The
// rule's id is not in it, so that equal rules hash alike wherever they are kept.
func (v RuleVersion) Document() ([]byte, error) {
	var content any = v.Mapping
	if v.Kind != RuleKindMapping {
		rule := *v.Pool
		rule.RuleID = ""
		content = rule
	}
	document, err := json.Marshal(content)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "rule %s version %d cannot be encoded", v.RuleID, v.Version)
	}
	return document, nil
}

// DecodeRule fills the content of a version, whose Kind is set, from its stored document. A document
// that cannot be read is a Tampered error.
func (v *RuleVersion) DecodeRule(document []byte) error {
	var err error
	switch v.Kind {
	case RuleKindPool:
		v.Pool = &AllocationRule{}
		err = json.Unmarshal(document, v.Pool)
		v.Pool.RuleID, v.Pool.IsActive = v.RuleID, v.IsActive
	case RuleKindMapping:
		v.Mapping = &Mapping{}
		err = json.Unmarshal(document, v.Mapping)
	default:
		return fault.New(fault.Tampered, "rule %s version %d is of the unknown kind %q", v.RuleID, v.Version, v.Kind)
	}
	if err != nil {
		return fault.Wrap(err, fault.Tampered, "rule %s version %d cannot be read", v.RuleID, v.Version)
	}
	return nil
}

// Effective returns the span in which the version is in effect; zero times are open ends.
func (v RuleVersion) Effective() (from, until time.Time) {
	if v.Kind == RuleKindMapping {
		return v.Mapping.EffectiveFrom, v.Mapping.EffectiveUntil
	}
	return v.Pool.EffectiveFrom, v.Pool.EffectiveUntil
}

// Subject names what a version is about: its pool, of which only one active version may be in effect
// at a time, or the mapping. A rule is superseded by one about the same.
func (v RuleVersion) Subject() string {
	if v.Kind == RuleKindMapping {
		return "the mapping"
	}
	return fmt.Sprintf("pool %q", v.Pool.PoolID)
}

// with returns the same rule with another effective period, as the next version.
func (v RuleVersion) with(version int, from, until time.Time, by string, at time.Time) (RuleVersion, error) {
	if v.Kind == RuleKindMapping {
		mapping := *v.Mapping
		mapping.EffectiveFrom, mapping.EffectiveUntil = from, until
		return NewMappingVersion(v.RuleID, version, mapping, by, at)
	}
	rule := *v.Pool
	rule.EffectiveFrom, rule.EffectiveUntil = from, until
	return NewPoolVersion(v.RuleID, version, rule, by, at)
}

// overlap reports whether two spans with open zero ends share an instant.
func overlap(fromA, untilA, fromB, untilB time.Time) bool {
	startsBefore := func(from, until time.Time) bool {
		return from.IsZero() || until.IsZero() || from.Before(until)
	}
	return startsBefore(fromA, untilB) && startsBefore(fromB, untilA)
}
