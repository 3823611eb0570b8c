// Package intake holds how bills, usage, tenants and control totals come in: deliveries of rows that
// are taken whole or not at all, cut into slices that replace each other only while no close has
// frozen them.
package intake

// Kind is what the rows of a slice are.
type Kind string

// The kinds of slices, under the names that a manifest lists them by.
const (
	// KindCharges is lines of a bill, sliced by billing account and billing period.
	KindCharges Kind = "charges"
	// KindInvoices is control totals, sliced by billing account and billing period.
	KindInvoices Kind = "invoices"
	// KindUsage is metered quantities, sliced by period.
	KindUsage Kind = "usage"
	// KindTenants is the tenants and their plans.
	KindTenants Kind = "tenants"
	// KindOwnership is the owner history of resources.
	KindOwnership Kind = "ownership"
	// KindRates is what currencies are worth in each other, sliced by period.
	KindRates Kind = "rates"
)

// Dated reports whether slices of the kind belong to a period. Only those can be late: a newer list
// of tenants or owners never touches what an earlier close has frozen, as a close keeps its own.
func (k Kind) Dated() bool {
	return k == KindCharges || k == KindInvoices || k == KindUsage || k == KindRates
}

// Merged reports whether slices of the kind complete each other row by row (the newest row of a
// tenant wins) instead of replacing each other.
func (k Kind) Merged() bool { return k == KindTenants }

// Source is where a delivery came from. A file is someone's explicit word about a period, so what
// services deliver never replaces it.
type Source string

// The sources.
const (
	SourceFile    Source = "file"
	SourceService Source = "service"
)
