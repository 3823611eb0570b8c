package allocation

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

// CostAnomaly is a cost that rose beyond what the tenant's past explains.
type CostAnomaly struct {
	// AnomalyID is the same whenever the same rise is found again.
	AnomalyID string           `json:"anomaly_id"`
	TenantID  string           `json:"tenant_id"`
	Rule      anomaly.Rule     `json:"rule"`
	Severity  anomaly.Severity `json:"severity"`
	Currency  string           `json:"currency"`
	// PeriodStart (included) and PeriodEnd (excluded) are the month or the day that rose.
	PeriodStart time.Time `json:"period_start"`
	PeriodEnd   time.Time `json:"period_end"`
	// Since is the first day of the episode that a day belongs to; zero for a month.
	Since time.Time `json:"since,omitzero"`
	// Actual is the cost, Expected what the past let one expect, Impact the difference.
	Actual   decimal.Decimal `json:"actual"`
	Expected decimal.Decimal `json:"expected"`
	Impact   decimal.Decimal `json:"impact"`
	// Deviation is Impact as a share of Expected, ZScore the distance in standard deviations; empty
	// where there is none.
	Deviation string `json:"deviation,omitempty"`
	ZScore    string `json:"z_score,omitempty"`
	// SuggestedCauses says in words what Causes says in amounts, the largest first per dimension.
	SuggestedCauses []string          `json:"suggested_causes"`
	Causes          []anomaly.Cause   `json:"causes"`
	Metadata        map[string]string `json:"metadata,omitempty"`
	DetectedAt      time.Time         `json:"detected_at"`
	// State is empty for what was merely calculated and is not on record.
	State AnomalyState `json:"state,omitempty"`
	// WithdrawnAt is when a withdrawn anomaly was judged anew and found explained.
	WithdrawnAt time.Time `json:"withdrawn_at,omitzero"`
}

// AnomalyState is what an anomaly on record is worth.
type AnomalyState string

// The states. A withdrawn anomaly was told of, and a restatement of the costs explained it since; it
// stays on record with the amounts that were told.
const (
	AnomalyStanding  AnomalyState = "standing"
	AnomalyWithdrawn AnomalyState = "withdrawn"
)

// NewCostAnomaly presents what a rule found.
func NewCostAnomaly(found anomaly.Anomaly, detectedAt time.Time) CostAnomaly {
	made := CostAnomaly{
		AnomalyID: found.ID, TenantID: found.TenantID, Rule: found.Rule, Severity: found.Severity, Currency: found.Currency,
		PeriodStart: found.Period.Start(), PeriodEnd: found.Period.End(),
		Actual: found.Current, Expected: found.Expected, Impact: found.Impact,
		Deviation: found.Deviation, ZScore: found.ZScore,
		SuggestedCauses: causeWords(found.Causes, found.Currency), Causes: found.Causes, DetectedAt: detectedAt,
	}
	if made.Causes == nil {
		made.Causes = []anomaly.Cause{}
	}
	if found.Day != nil {
		made.PeriodStart, made.PeriodEnd = found.Day.Start(), (*found.Day + 1).Start()
	}
	if found.Since != nil {
		made.Since = found.Since.Start()
	}
	return made
}

// causeWords writes a sentence per named item.
func causeWords(causes []anomaly.Cause, currency string) []string {
	words := []string{}
	for _, cause := range causes {
		if cause.Rest {
			continue
		}
		words = append(words, fmt.Sprintf("%s %s rose by %s %s, from %s to %s",
			cause.Dimension, cause.Item, cause.Contribution, currency, cause.Expected, cause.Current))
	}
	return words
}
