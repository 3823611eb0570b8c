package allocation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// RuleSet is a set of rules that fit together: no two of the same pool are in effect at once, and
// mappings lead only to pools that have a rule. Several mappings may be in effect at once, so that
// rules of different authors stand beside each other: they are tried in the order of ByPrecedence,
// and the first entry that matches, over all of them, decides. A set is never changed once made.
type RuleSet struct {
	pools    []RuleVersion
	mappings []RuleVersion
	// depth says how many pools at most lie before a pool; see flowOrder.
	depth map[string]int
}

// NewRuleSet checks that rules fit together. Overlapping rules of a pool are an InvalidInput error
// that names both, as are a rule that is not valid, a mapping or pool that leads to a pool without a
// rule, and pools that flow in a circle.
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
	slices.SortStableFunc(set.mappings, ByPrecedence)
	for _, pool := range set.Pools() {
		if err := checkOverlaps(set.rulesOf(pool)); err != nil {
			return RuleSet{}, err
		}
	}
	if err := set.checkTargets(); err != nil {
		return RuleSet{}, err
	}
	var err error
	set.depth, err = set.flowOrder()
	return set, err
}

// ByPrecedence orders mappings as they are tried: the newest rule first, which is the one with the
// greatest id, as ids of rules are UUIDs of version 7 and grow with time; versions of one rule by
// their beginning.
func ByPrecedence(a, b RuleVersion) int {
	return cmp.Or(strings.Compare(b.RuleID, a.RuleID), byStart(a, b))
}

func byStart(a, b RuleVersion) int {
	fromA, _ := a.Effective()
	fromB, _ := b.Effective()
	return fromA.Compare(fromB)
}

// checkOverlaps refuses two rules of one pool that share an instant. Rules come in the order of
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
				return s.inMapping(version, fault.New(fault.InvalidInput, "mapping entry %d leads to pool %q, which has no rule; its pools are %.300s",
					i+1, entry.Pool, strings.Join(s.Pools(), ", ")))
			}
		}
	}
	return nil
}

// inMapping adds to an error which mapping it is about, where there are several.
func (s RuleSet) inMapping(version RuleVersion, err error) error {
	if err == nil || len(s.mappings) < 2 {
		return err
	}
	return fault.Wrap(err, fault.CodeOf(err), "%s cannot be used", version.title())
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

// Versions returns every rule of the set, mappings first, in the order in which they are tried.
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

// mappingsIn returns the mappings that are in effect throughout a span without boundaries inside, in
// the order in which they are tried.
func (s RuleSet) mappingsIn(span Span) []RuleVersion {
	var found []RuleVersion
	for _, version := range s.mappings {
		from, until := version.Effective()
		if overlap(from, until, span.From, span.Until) {
			found = append(found, version)
		}
	}
	return found
}

// inEffect returns the rule among those of one pool that is in effect throughout a span without
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
