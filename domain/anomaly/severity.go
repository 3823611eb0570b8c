package anomaly

import (
	"math"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Severity is how soon a person should look.
type Severity string

// The severities, in rising order.
const (
	SeverityLow      Severity = "low"
	SeverityMedium   Severity = "medium"
	SeverityHigh     Severity = "high"
	SeverityCritical Severity = "critical"
)

var severities = [...]Severity{SeverityLow, SeverityMedium, SeverityHigh, SeverityCritical}

const (
	// perhapsChance is the z-score below which a rise may still be chance, one in a thousand, and
	// counts one severity less.
	perhapsChance = 3.0
	// beyondDoubt is the z-score from which chance is no explanation, one in a thousand million, and
	// a rise counts one severity more: something broke or someone did something.
	beyondDoubt = 6.0
)

// SeveritySteps are the impacts, in the currency of the costs and per period or day that was judged,
// from which a rise is medium, high and critical. Each is above the one before.
type SeveritySteps struct {
	Medium, High, Critical decimal.Decimal
}

// DefaultSeveritySteps returns 100, 1,000 and 10,000, for currencies of about a dollar's size: what a
// team notices, what its lead has to explain, and what a head of finance wants to hear of today.
func DefaultSeveritySteps() SeveritySteps {
	return SeveritySteps{Medium: decimal.New(1, 2), High: decimal.New(1, 3), Critical: decimal.New(1, 4)}
}

// Of returns the severity of a rise. Money decides, since it is what is lost; the z-score, NaN where
// there is none, moves it by one.
func (s SeveritySteps) Of(impact decimal.Decimal, z float64) Severity {
	level := 0
	for _, step := range []decimal.Decimal{s.Medium, s.High, s.Critical} {
		if impact.GreaterThanOrEqual(step) {
			level++
		}
	}
	switch {
	case math.IsNaN(z):
	case z < perhapsChance:
		level--
	case z >= beyondDoubt:
		level++
	}
	return severities[min(max(level, 0), len(severities)-1)]
}

// validate returns an InvalidInput error for steps that do not rise from above zero.
func (s SeveritySteps) validate() error {
	if !s.Medium.IsPositive() || !s.High.GreaterThan(s.Medium) || !s.Critical.GreaterThan(s.High) {
		return fault.Invalid("/severity", "severity steps %s, %s, %s must be above zero and rise", s.Medium, s.High, s.Critical)
	}
	return nil
}

// EventSeverity returns the severity in the monitor service's terms: info, warning or critical.
func (s Severity) EventSeverity() string {
	switch s {
	case SeverityCritical:
		return "critical"
	case SeverityHigh, SeverityMedium:
		return "warning"
	default:
		return "info"
	}
}
