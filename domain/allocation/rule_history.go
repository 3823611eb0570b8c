package allocation

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// Supersede returns the change by which next takes the place of a rule from an instant on: what is
// active from then on is retired, what is active across it is cut to end there. versions are all
// versions of the rule, oldest first; next carries the content, its rule id, version and effective
// start are set here. A zero instant replaces the rule in whole. A rule of another subject or one
// that is not in effect at or after the instant is a Conflict error.
func Supersede(versions []RuleVersion, next RuleVersion, at time.Time, by string, now time.Time) (RuleChange, error) {
	change, err := cutAt(versions, at, by, now)
	if err != nil {
		return RuleChange{}, err
	}
	newest := versions[len(versions)-1]
	if next.Kind != newest.Kind || next.Subject() != newest.Subject() {
		return RuleChange{}, fault.New(fault.Conflict, "rule %s is about %s; a rule about %s cannot supersede it",
			newest.RuleID, newest.Subject(), next.Subject())
	}
	_, until := next.Effective()
	next.RuleID = newest.RuleID
	added, err := next.with(newest.Version+len(change.Add)+1, at, until, by, now)
	if err != nil {
		return RuleChange{}, err
	}
	change.Add = append(change.Add, added)
	return change, nil
}

// End returns the change that ends a rule's validity at an instant; a rule that would begin later
// never comes into effect. A rule that has already ended by then is a Conflict error.
func End(versions []RuleVersion, at time.Time, by string, now time.Time) (RuleChange, error) {
	return cutAt(versions, at, by, now)
}

// cutAt retires the active versions that reach beyond the instant and keeps their earlier parts.
func cutAt(versions []RuleVersion, at time.Time, by string, now time.Time) (RuleChange, error) {
	if len(versions) == 0 {
		return RuleChange{}, fault.New(fault.NotFound, "there is no such rule")
	}
	at = instant.Of(at)
	newest := versions[len(versions)-1]
	change := RuleChange{RuleID: newest.RuleID, Expect: newest.Version}
	for _, version := range versions {
		from, until := version.Effective()
		if !version.IsActive || (!until.IsZero() && !until.After(at)) {
			continue
		}
		change.Retire = append(change.Retire, version.Version)
		if at.IsZero() || (!from.IsZero() && !from.Before(at)) {
			continue
		}
		kept, err := version.with(newest.Version+len(change.Add)+1, from, at, by, now)
		if err != nil {
			return RuleChange{}, err
		}
		change.Add = append(change.Add, kept)
	}
	if len(change.Retire) == 0 {
		return RuleChange{}, fault.New(fault.Conflict, "rule %s is not in effect at or after %s",
			newest.RuleID, at.UTC().Format(time.RFC3339))
	}
	return change, nil
}
