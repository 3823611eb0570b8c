package closing

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// ControlTotal is what billing says an invoice amounts to.
type ControlTotal struct {
	BillingAccountID string          `json:"billing_account_id"`
	InvoiceID        string          `json:"invoice_id"`
	Currency         string          `json:"currency"`
	BilledCost       decimal.Decimal `json:"billed_cost"`
}

// Reconciliation compares the billed cost of the frozen charges with the control totals.
type Reconciliation struct {
	Invoices []InvoiceComparison `json:"invoices"`
	// Variance is what the tolerance allowed to be booked to @variance, per currency.
	Variance map[string]decimal.Decimal `json:"variance"`
	// WithoutControlTotal counts compared groups of charges for which billing named no total.
	WithoutControlTotal int `json:"without_control_total"`
}

// InvoiceComparison is one invoice in one currency. Difference = Charged − Expected.
type InvoiceComparison struct {
	BillingAccountID string              `json:"billing_account_id"`
	InvoiceID        string              `json:"invoice_id"`
	Currency         string              `json:"currency"`
	Expected         decimal.NullDecimal `json:"expected"`
	Charged          decimal.Decimal     `json:"charged"`
	Difference       decimal.NullDecimal `json:"difference"`
	// Outcome is matched, variance (within tolerance), mismatch, no_control_total or late.
	Outcome string `json:"outcome"`
	// LateOf is the closed month that late charges came for.
	LateOf period.Period `json:"late_of,omitzero"`
}
