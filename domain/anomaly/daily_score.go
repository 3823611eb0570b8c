package anomaly

import (
	"math"

	"github.com/shopspring/decimal"
)

const (
	// youngHistory is the number of spending days below which weekdays and trend cannot be told
	// from chance: three weeks show each weekday three times.
	youngHistory = 21
	// leastHistory is the number of known days, zero ones included, below which nothing is said.
	leastHistory = 7
	// youngFactor is the multiple of its dearest day so far at which a young or rarely spending
	// tenant alerts.
	youngFactor = 2
	// unseenPeakFactor is how much dearer a month's first or last day may be than expected where
	// the history holds none like it: peaks of up to three times are common.
	unseenPeakFactor = 3
)

// score is the verdict on one day.
type score struct {
	verdict Verdict
	// expected is the median of what was to be expected, in money.
	expected float64
	// z is the distance from it in standard deviations, on a normal scale; NaN where the history
	// gives none.
	z float64
}

// judged is what a series' own history says of a day, before the fleet is asked.
type judged struct {
	// final is the verdict where the history is too short for a fit; the zero value otherwise.
	final    score
	expected expectation
	current  float64
}

// fit is a judged day with its amount in money.
type fit struct {
	judged
	own    *rough
	amount decimal.Decimal
}

// fit gathers what sorted costs say of one day.
func (r DailyRule) fit(h *history, days []dayCost, target Day) judged {
	current, known := math.NaN(), 0
	for _, d := range days {
		if d.day == target {
			current = d.cost
		} else if d.day < target && int(target-d.day) <= r.Window {
			known++
		}
	}
	switch {
	case math.IsNaN(current):
		return judged{final: score{verdict: Missing, z: math.NaN()}}
	case known < leastHistory:
		return judged{final: score{verdict: Learning, z: math.NaN()}}
	}
	h.load(days, target, r.Window)
	if len(h.at) < youngHistory {
		return judged{final: h.young(current)}
	}
	return judged{expected: h.expect(r.AcceptAfter), current: current}
}

// young judges by the dearest day so far.
func (h *history) young(current float64) score {
	dearest := 0.0
	for _, log := range h.log {
		dearest = max(dearest, math.Exp(log))
	}
	limit := youngFactor * dearest
	if edgeOf(h.target).peaks() {
		limit = unseenPeakFactor * dearest
	}
	result := score{verdict: Learning, z: math.NaN()}
	result.expected = math.Exp(median(append(h.scratch[:0], h.log...)))
	if len(h.log) == 0 {
		result.expected = 0
	}
	// A log and its exponential may differ in the last bit: exactly twice is not beyond.
	if current > limit*(1+1e-12) {
		result.verdict = Anomalous
	}
	return result
}

// normalScore turns a Student t value into the normal deviate of about the same probability, since
// the noise is itself an estimate (Abramowitz & Stegun 26.7.8).
func normalScore(t, freedom float64) float64 {
	return t * (1 - 1/(4*freedom)) / math.Sqrt(1+t*t/(2*freedom))
}

// unskewed takes a skewness out of a deviate by the first term of the Cornish–Fisher expansion,
// turned around (Abramowitz & Stegun 26.2.49). Noise that is normal in money is skewed to the left in
// logarithms: without this, a rule that is right for lognormal noise would miss a third more. Far
// out, where a short expansion means nothing, the correction stays what it is at four.
func unskewed(z, skewness float64) float64 {
	near := min(max(z, -4), 4)
	return z - skewness*(near*near-1)/6
}
