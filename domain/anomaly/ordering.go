package anomaly

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// SortByImpact orders anomalies by impact, the largest first, and equal ones by tenant and id, so
// that a list comes out the same whatever order it was found in. Amounts of different currencies
// are not converted: currencies follow each other in order of their codes.
func SortByImpact(found []Anomaly) {
	slices.SortFunc(found, func(a, b Anomaly) int {
		return cmp.Or(
			cmp.Compare(a.Currency, b.Currency),
			b.Impact.Cmp(a.Impact),
			cmp.Compare(a.TenantID, b.TenantID),
			cmp.Compare(a.ID, b.ID),
		)
	})
}

// AtLeast returns the anomalies whose impact is at least the given one, in the same order.
func AtLeast(found []Anomaly, impact decimal.Decimal) []Anomaly {
	kept := make([]Anomaly, 0, len(found))
	for _, a := range found {
		if a.Impact.GreaterThanOrEqual(impact) {
			kept = append(kept, a)
		}
	}
	return kept
}
