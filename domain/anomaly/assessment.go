package anomaly

import "github.com/shopspring/decimal"

// Verdict is what a rule says of one cost.
type Verdict string

// The verdicts.
const (
	// Normal is a cost that the past explains, or a rise of less than the least impact.
	Normal Verdict = "normal"
	// Anomalous is a rise that it does not explain.
	Anomalous Verdict = "anomalous"
	// Fallen is a fall as far out as an anomalous rise. It is no anomaly: nobody is overcharged by
	// it. It is told apart since it may mean that charges are missing.
	Fallen Verdict = "fallen"
	// Learning is a cost whose past is too short to judge by.
	Learning Verdict = "learning"
	// Missing is a day without a cost on record, which says nothing; a day on record with cost zero
	// is not missing.
	Missing Verdict = "missing"
)

// Assessment is the verdict on one cost, with the anomaly where there is one.
type Assessment struct {
	TenantID string          `json:"tenant_id"`
	Scope    Scope           `json:"scope,omitzero"`
	Verdict  Verdict         `json:"verdict"`
	Current  decimal.Decimal `json:"current"`
	Expected decimal.Decimal `json:"expected"`
	// ZScore is as in [Anomaly]; negative below the expectation.
	ZScore  string   `json:"z_score,omitempty"`
	Anomaly *Anomaly `json:"anomaly,omitempty"`
}

// anomalies collects what assessments found, dearest first.
func anomalies(assessments []Assessment) []Anomaly {
	found := []Anomaly{}
	for _, assessment := range assessments {
		if assessment.Anomaly != nil {
			found = append(found, *assessment.Anomaly)
		}
	}
	SortByImpact(found)
	return found
}
