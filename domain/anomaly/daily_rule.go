package anomaly

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// DailyRule finds days that rose beyond what a tenant's weekdays, trend and month's turn explain.
//
// Costs are judged by their logarithms, in which weekday, month's end and growth are factors and
// noise is a percentage, the same for a tenant of 1 and of 100,000 a day. A level with a trend, level
// shifts that lasted, two kinds of weekday with shrunken differences, and peaks of the months' last
// and first three days are fitted robustly to the window; the day is compared with what they predict
// for it, in standard deviations of the prediction's error.
//
// Given a fleet, each series is fitted again with what the fleet has in common: how many series grow and
// how fast, how much weekdays of a kind differ, how many peak at a month's turn and by how much. Short
// histories gain the most by it. The false alerts that the z-score stands for are then spent where they
// find the most days at +50 %, see budget.
//
// Why it stays quiet: at 10 % noise a day at +50 % lies 4.05 noises out, so that finding nine in ten
// of them and alerting on one ordinary day in two hundred leaves 4.05 / (1.28 + 2.58) = 1.05 noises
// for the error of prediction, where a known truth has 1.00. Hence the shrunken weekdays and peaks,
// and the fleet's common noise: every parameter that is not needed costs false alerts.
//
//   - Fewer than 7 known days, zeros included: Learning.
//   - Fewer than 21 days on which something was spent: only a day at twice the dearest so far alerts
//     (three times at a month's turn). So a sleeping tenant's first spend is found, too.
//   - A zero day, or one with a net credit, is no rise; in the past it counts like a missing day.
//   - A month's first or last day whose like the window lacks may cost three times as much, unless the
//     fleet shows how many peak there: then it alerts where it is rather a dear day than such a peak.
//   - A level that held for AcceptAfter days, four fifths of them on the new side, is accepted.
//   - Consecutive anomalous days, two quiet ones between allowed, are one episode with one id.
type DailyRule struct {
	// LeastImpact is the rise in money a day, in the series' currency, below which nobody is
	// bothered.
	LeastImpact decimal.Decimal
	// Window is the number of days before the judged one that count, at least 21 and at most 366.
	Window int
	// ZScore is how many standard deviations are too many.
	ZScore float64
	// LeastRise is the rise, as a share of the expectation, that is too small to look at however
	// surely it is one.
	LeastRise float64
	// AcceptAfter is the number of days after which a new level is the level, at least 3.
	AcceptAfter int
	Severity    SeveritySteps
}

// DefaultDailyRule returns a window of 90 days (three of each month's turn), 2.61 standard
// deviations (an ordinary day in 221), rises of 20 % or more, and a week until a new level is accepted.
func DefaultDailyRule(leastImpact decimal.Decimal) DailyRule {
	return DailyRule{
		LeastImpact: leastImpact,
		Window:      90, ZScore: 2.61, LeastRise: 0.2, AcceptAfter: 7,
		Severity: DefaultSeveritySteps(),
	}
}

// Detect returns the anomalies of a day over all series, dearest first. Errors are those of Assess.
func (r DailyRule) Detect(series []DailySeries, day Day) ([]Anomaly, error) {
	assessments, err := r.Assess(series, day)
	if err != nil {
		return nil, err
	}
	return anomalies(assessments), nil
}

// Assess judges one day of each series, in the order of the series. Given together, series help each
// other: from fifty on, what they have in common says how large and how skewed noise is. A series
// alone is judged by itself. Two costs on one day, an unknown currency, an empty tenant, impossible
// amounts and parameters are InvalidInput errors.
func (r DailyRule) Assess(series []DailySeries, day Day) ([]Assessment, error) {
	if err := r.validate(); err != nil {
		return nil, err
	}
	j := judgement{rule: r, day: day, fleet: newFleet(), fits: make([]fit, len(series))}
	for i, s := range series {
		if err := j.fit(i, s); err != nil {
			return nil, err
		}
	}
	if err := j.learn(series); err != nil {
		return nil, err
	}
	assessments := make([]Assessment, len(series))
	for i, s := range series {
		var err error
		if assessments[i], err = j.assess(i, s); err != nil {
			return nil, err
		}
	}
	return assessments, nil
}

// report turns a score into an assessment in money.
func (r DailyRule) report(s DailySeries, current decimal.Decimal, outcome score, day, since Day) (Assessment, error) {
	digits, err := s.digits(current)
	if err != nil {
		return Assessment{}, err
	}
	assessment := Assessment{
		TenantID: s.TenantID, Scope: s.Scope, Verdict: outcome.verdict,
		Current: current, Expected: estimated(outcome.expected, digits), ZScore: zText(outcome.z),
	}
	if outcome.verdict != Anomalous {
		return assessment, nil
	}
	impact := current.Sub(assessment.Expected)
	if impact.LessThan(r.LeastImpact) {
		assessment.Verdict = Normal
		return assessment, nil
	}
	found := Anomaly{
		Rule: RuleDaily, TenantID: s.TenantID, Scope: s.Scope, Period: period.Of(day.Start()),
		Day: &day, Since: &since, Severity: r.Severity.Of(impact, outcome.z), Currency: s.Currency,
		Current: current, Expected: assessment.Expected, Impact: impact,
		Deviation: deviation(impact, assessment.Expected), ZScore: assessment.ZScore,
	}
	found.ID = found.identity()
	assessment.Anomaly = &found
	return assessment, nil
}

func (r DailyRule) validate() error {
	if r.LeastImpact.IsNegative() || r.Window < youngHistory || r.Window > 366 || r.AcceptAfter < 3 || !(r.ZScore > 0) || !(r.LeastRise >= 0) {
		return fault.Invalid("", "a daily rule needs a window of %d to 366 days, 3 days or more to accept a level, a z-score above 0 and a least rise and impact not below it", youngHistory)
	}
	return r.Severity.validate()
}
