package anomaly

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// Rule names the rule that found an anomaly.
type Rule string

// The rules.
const (
	// RulePeriod is [PeriodRule], RuleDaily is [DailyRule].
	RulePeriod Rule = "period"
	RuleDaily  Rule = "daily"
)

// Scope is the part of a tenant's cost that was watched: one item of a dimension, such as service
// AmazonEC2. The zero value is the whole cost.
type Scope struct {
	Dimension Dimension `json:"dimension,omitempty"`
	Item      string    `json:"item,omitempty"`
}

// Anomaly is a rise in cost that the past does not explain.
type Anomaly struct {
	// ID is the same whenever the same rise is found again; see [Anomaly.identity].
	ID       string `json:"id"`
	Rule     Rule   `json:"rule"`
	TenantID string `json:"tenant_id"`
	Scope    Scope  `json:"scope,omitzero"`
	// Period is the month that rose, or in which the day lies.
	Period period.Period `json:"period"`
	// Day is the day that rose and Since the first day of its episode, for the daily rule only.
	Day   *Day `json:"day,omitempty"`
	Since *Day `json:"since,omitempty"`

	Severity Severity `json:"severity"`
	Currency string   `json:"currency"`
	// Current is what was spent, Expected what the past let one expect (rounded to the digits of
	// the costs it comes from), Impact their difference, exactly.
	Current  decimal.Decimal `json:"current"`
	Expected decimal.Decimal `json:"expected"`
	Impact   decimal.Decimal `json:"impact"`
	// Deviation is Impact as a share of Expected with four digits, such as "0.5000"; empty where
	// nothing, or a credit, was expected.
	Deviation string `json:"deviation,omitempty"`
	// ZScore is the distance from the expectation in standard deviations with two digits; empty
	// where the past did not vary or is too short to tell.
	ZScore string `json:"z_score,omitempty"`
	// Causes says what rose, per dimension; see [Explain].
	Causes []Cause `json:"causes,omitempty"`
}

// deviation returns a rise as a share of what was expected.
func deviation(impact, expected decimal.Decimal) string {
	if !expected.IsPositive() {
		return ""
	}
	return impact.DivRound(expected, 4).StringFixed(4)
}
