package allocation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// RuleSet is a set of rules that fit together: no two of the same subject are in effect at once, and
// the mapping leads only to pools that have a rule. It is never changed once made.
type RuleSet struct {
	pools    []RuleVersion
	mappings []RuleVersion
}

// NewRuleSet checks that rules fit together. Overlapping rules are an InvalidInput error that names
// both, as are a rule that is not valid and a mapping that leads to a pool without a rule.
func NewRuleSet(versions []RuleVersion) (RuleSet, error) {
	var set RuleSet
	for _, version := range versions {
		var err error
		if version.Kind == RuleKindMapping {
			set.mappings = append(set.mappings, version)
			err = version.Mapping.Validate()
		} else {
			set.pools = append(set.pools, version)
			err = version.Pool.Validate()
		}
		if err != nil {
			return RuleSet{}, err
		}
	}
	slices.SortStableFunc(set.mappings, byStart)
	if err := checkOverlaps(set.mappings); err != nil {
		return RuleSet{}, err
	}
	for _, pool := range set.Pools() {
		if err := checkOverlaps(set.rulesOf(pool)); err != nil {
			return RuleSet{}, err
		}
	}
	return set, set.checkTargets()
}

func byStart(a, b RuleVersion) int {
	fromA, _ := a.Effective()
	fromB, _ := b.Effective()
	return fromA.Compare(fromB)
}

// checkOverlaps refuses two rules of one subject that share an instant. Rules come in the order of
// their beginning, so that only neighbours can be the first to overlap.
func checkOverlaps(rules []RuleVersion) error {
	for i := 1; i < len(rules); i++ {
		fromA, untilA := rules[i-1].Effective()
		fromB, untilB := rules[i].Effective()
		if overlap(fromA, untilA, fromB, untilB) {
			return fault.New(fault.InvalidInput, "%s and %s are both about %s and overlap in time; end one before the other begins",
				rules[i-1].title(), rules[i].title(), rules[i].Subject())
		}
	}
	return nil
}

// title names a version for people.
func (v RuleVersion) title() string {
	name := fmt.Sprintf("rule %s version %d", v.RuleID, v.Version)
	if v.Pool != nil && v.Pool.Name != "" {
		name += " (" + v.Pool.Name + ")"
	}
	from, until := v.Effective()
	if !from.IsZero() {
		name += " from " + from.UTC().Format(time.RFC3339)
	}
	if !until.IsZero() {
		name += " until " + until.UTC().Format(time.RFC3339)
	}
	return name
}

func (s RuleSet) checkTargets() error {
	for _, version := range s.mappings {
		for i, entry := range version.Mapping.Entries {
			if entry.Pool != "" && len(s.rulesOf(entry.Pool)) == 0 {
				return fault.New(fault.InvalidInput, "mapping entry %d leads to pool %q, which has no rule; its pools are %.300s",
					i+1, entry.Pool, strings.Join(s.Pools(), ", "))
			}
		}
	}
	return nil
}

// Pools returns the ids of the pools that have rules, in the order in which they were given.
func (s RuleSet) Pools() []string {
	var ids []string
	for _, version := range s.pools {
		if !slices.Contains(ids, version.Pool.PoolID) {
			ids = append(ids, version.Pool.PoolID)
		}
	}
	return ids
}

// Versions returns every rule of the set, mappings first.
func (s RuleSet) Versions() []RuleVersion { return append(slices.Clone(s.mappings), s.pools...) }

// Dated reports whether any rule begins or ends.
func (s RuleSet) Dated() bool { return len(s.boundaries()) > 0 }

// rulesOf returns the rules of a pool in the order of their beginning.
func (s RuleSet) rulesOf(pool string) []RuleVersion {
	var rules []RuleVersion
	for _, version := range s.pools {
		if version.Pool.PoolID == pool {
			rules = append(rules, version)
		}
	}
	slices.SortStableFunc(rules, byStart)
	return rules
}

// boundaries returns every instant at which a rule begins or ends.
func (s RuleSet) boundaries() []time.Time {
	var all []time.Time
	for _, version := range s.Versions() {
		from, until := version.Effective()
		for _, instant := range []time.Time{from, until} {
			if !instant.IsZero() {
				all = append(all, instant)
			}
		}
	}
	return all
}

// inEffect returns the rule among those of one subject that is in effect throughout a span without
// boundaries inside.
func inEffect(rules []RuleVersion, span Span) (RuleVersion, bool) {
	for _, version := range rules {
		from, until := version.Effective()
		if overlap(from, until, span.From, span.Until) {
			return version, true
		}
	}
	return RuleVersion{}, false
}
