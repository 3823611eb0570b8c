package anomaly

import (
	"fmt"
	"math"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

// leastLookback is the number of periods that a standard deviation needs.
const leastLookback = 2

// PeriodRule finds a period that rose beyond so many standard deviations of the lookback periods'
// mean. It is the requirement's own rule, always at hand and simple to check by hand. With the usual
// three lookback periods it is a coarse one: it takes the sample standard deviation (n − 1), and a
// period like all others lies beyond two of them in about one case of nine. Watch days with
// [DailyRule] to be told early and seldom.
type PeriodRule struct {
	// Deviations is how many standard deviations are too many; above 0.
	Deviations decimal.Decimal
	// LeastImpact is the rise, in the currency of the costs, below which nobody is bothered.
	LeastImpact decimal.Decimal
	// FlatRise is the rise, as a share of the mean, from which a cost that never varied in the
	// lookback periods is anomalous. Its standard deviation is zero, so that a rounding of one
	// cent would be beyond any number of them.
	FlatRise decimal.Decimal
	Severity SeveritySteps
}

// DefaultPeriodRule returns two standard deviations, no least impact, and 1 % for flat costs.
func DefaultPeriodRule() PeriodRule {
	return PeriodRule{Deviations: decimal.New(2, 0), FlatRise: decimal.New(1, -2), Severity: DefaultSeveritySteps()}
}

// PeriodCosts is a tenant's cost in a period and in the periods before.
type PeriodCosts struct {
	TenantID string
	Scope    Scope
	Currency string
	Period   period.Period
	Current  decimal.Decimal
	// Lookback holds the cost of each period to compare with, in any order; a period without
	// charges is a zero, a period before the tenant existed is left out.
	Lookback []decimal.Decimal
	// Breakdown and LookbackBreakdowns say what the costs consist of, for the causes; both may be
	// empty.
	Breakdown          Breakdown
	LookbackBreakdowns []Breakdown
}

// Detect is DetectCostAnomalies: the anomaly of one period, or none. Errors are those of Assess.
func (r PeriodRule) Detect(costs PeriodCosts) ([]Anomaly, error) {
	assessment, err := r.Assess(costs)
	if err != nil {
		return nil, err
	}
	return anomalies([]Assessment{assessment}), nil
}

// Assess judges one period:
//
//   - fewer than two lookback periods have no standard deviation: Learning, never an anomaly;
//   - lookback periods that are all equal: a rise of FlatRise of the mean or more is anomalous, and
//     any rise at all where they are zero; there is no z-score;
//   - a mean of zero, or below it by credits: judged like any other; there is no Deviation;
//   - exactly Deviations away is not beyond;
//   - a fall beyond is Fallen and no anomaly: the requirement asks for increases;
//   - a rise below LeastImpact is Normal.
//
// An unknown currency, an empty tenant, a missing period, impossible amounts and parameters are
// InvalidInput errors.
func (r PeriodRule) Assess(costs PeriodCosts) (Assessment, error) {
	digits, err := r.validate(costs)
	if err != nil {
		return Assessment{}, err
	}
	assessment := Assessment{TenantID: costs.TenantID, Scope: costs.Scope, Verdict: Learning, Current: costs.Current}
	if len(costs.Lookback) < leastLookback {
		return assessment, nil
	}
	past := newLookback(costs.Lookback)
	assessment.Expected = past.mean(digits)
	impact := costs.Current.Sub(assessment.Expected)
	z := math.NaN()
	if !past.dispersion().IsZero() {
		z = past.zScore(costs.Current)
	}
	assessment.ZScore = zText(z)
	assessment.Verdict = Normal
	switch {
	case !r.out(past, costs.Current):
	case past.distance(costs.Current).IsNegative():
		assessment.Verdict = Fallen
	case impact.GreaterThanOrEqual(r.LeastImpact):
		assessment.Verdict = Anomalous
		found := Anomaly{
			Rule: RulePeriod, TenantID: costs.TenantID, Scope: costs.Scope, Period: costs.Period,
			Severity: r.Severity.Of(impact, z), Currency: costs.Currency,
			Current: costs.Current, Expected: assessment.Expected, Impact: impact,
			Deviation: deviation(impact, assessment.Expected), ZScore: assessment.ZScore,
			Causes: Explain(costs.Current, assessment.Expected, costs.Breakdown, costs.LookbackBreakdowns, digits),
		}
		found.ID = found.identity()
		assessment.Anomaly = &found
	}
	return assessment, nil
}

// out reports whether a cost lies too far from the lookback periods' mean, on either side.
func (r PeriodRule) out(past lookback, current decimal.Decimal) bool {
	if !past.dispersion().IsZero() {
		return past.beyond(current, r.Deviations)
	}
	distance := past.distance(current).Abs()
	return distance.IsPositive() && distance.GreaterThanOrEqual(r.FlatRise.Mul(past.sum.Abs()))
}

// validate checks the rule and its input and returns the fractional digits of expectations: the
// currency's own, or those of the finest cost.
func (r PeriodRule) validate(costs PeriodCosts) (int32, error) {
	if !r.Deviations.IsPositive() || r.LeastImpact.IsNegative() || r.FlatRise.IsNegative() {
		return 0, fault.Invalid("", "standard deviations must be above zero, least impact and flat rise not below it")
	}
	if err := r.Severity.validate(); err != nil {
		return 0, err
	}
	if costs.TenantID == "" || costs.Period.IsZero() {
		return 0, fault.Invalid("/tenant_id", "costs to judge need a tenant and a period")
	}
	digits, err := money.MinorDigits(costs.Currency)
	if err != nil {
		return 0, err
	}
	for i, cost := range append([]decimal.Decimal{costs.Current}, costs.Lookback...) {
		if err := checkAmount(fmt.Sprintf("/costs/%d", i), cost); err != nil {
			return 0, err
		}
		digits = money.QuantumDigits(digits, cost)
	}
	return int32(digits), nil
}
