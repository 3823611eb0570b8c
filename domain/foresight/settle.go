package foresight

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Settled counts what became of findings.
type Settled struct {
	// Raised alerts are told for the first time, Retold ones have changed, Cleared ones are gone.
	Raised, Retold, Cleared int
	// Recommended changes were handed over, Withdrawn ones are not needed any more.
	Recommended, Withdrawn int
}

// News counts what was told of all that.
func (s Settled) News() int { return s.Raised + s.Retold + s.Cleared + s.Recommended + s.Withdrawn }

// settlement brings what stands of a tenant in line with a night's findings.
type settlement struct {
	now      time.Time
	findings map[Key]Finding
	// unknown are series of which the night can say nothing: what stands of them stays.
	unknown map[Key]bool
	// left says that the tenant is there no more.
	left bool

	settled  Settled
	standing []Standing
	messages []outbox.Message
}

// decide is what a StandingStore is settled by.
func (s *settlement) decide(stands []Standing) ([]Standing, []outbox.Message, error) {
	s.settled, s.standing, s.messages = Settled{}, nil, nil // a transaction may be tried again
	seen := map[Key]bool{}
	for _, one := range stands {
		seen[one.Key] = true
		// A night that is made up for does not go back behind a later one.
		if s.unknown[one.Key] || one.UpdatedAt.After(s.now) {
			continue
		}
		if err := s.settle(one, s.findings[one.Key]); err != nil {
			return nil, nil, err
		}
	}
	for _, finding := range slices.SortedFunc(maps.Values(s.findings), byMetric) {
		if seen[finding.Key] {
			continue
		}
		if err := s.settle(Standing{Key: finding.Key}, finding); err != nil {
			return nil, nil, err
		}
	}
	return s.standing, s.messages, nil
}

func byMetric(a, b Finding) int { return cmp.Compare(a.Metric, b.Metric) }

// settle settles one series; a finding without anything clears it.
func (s *settlement) settle(one Standing, finding Finding) error {
	before := one.News
	if err := s.settleAlert(&one, finding); err != nil {
		return err
	}
	if err := s.settleRecommendation(&one, finding); err != nil {
		return err
	}
	if one.News != before {
		one.UpdatedAt = s.now
		s.standing = append(s.standing, one)
	}
	return nil
}

func (s *settlement) settleAlert(one *Standing, finding Finding) error {
	told, found := one.Alert, finding.alert(s.now, one.Alert)
	switch {
	case found == nil && told == nil:
		return nil
	case found == nil:
		one.Alert = nil
		s.settled.Cleared++
		return s.tell(one, exhaustionCleared(one.Key, *told, s.left))
	case told == nil:
		s.settled.Raised++
	case !found.differs(*told):
		return nil
	default:
		found.RaisedAt = told.RaisedAt
		s.settled.Retold++
	}
	one.Alert = found
	return s.tell(one, exhaustionAhead(one.Key, *found, told))
}

func (s *settlement) settleRecommendation(one *Standing, finding Finding) error {
	handed, found := one.Recommendation, finding.Recommendation
	handover := Handover{}
	switch {
	case found == nil && handed == nil:
		return nil
	case found == nil:
		handover.CapacityRecommendation, handover.Withdrawn = *handed, true
		s.settled.Withdrawn++
	case handed != nil && !recommendsOther(*found, *handed):
		return nil
	default:
		handover.CapacityRecommendation = *found
		if handed != nil && handed.ID != found.ID {
			handover.Supersedes = handed.ID
		}
		s.settled.Recommended++
	}
	one.Recommendation = found
	return s.hand(one, handover)
}
