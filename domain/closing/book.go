// Package closing holds the rules of closing a billing period: books, the states of a period, the
// manifest of frozen inputs, the reconciliation with invoices and the result that people approve.
package closing

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// Basis names the FOCUS cost column that is allocated.
type Basis string

// The bases. Effective cost is allocated by default; billed cost is always what is reconciled.
const (
	BasisEffective Basis = "effective"
	BasisBilled    Basis = "billed"
)

// PeriodBy names the FOCUS column that decides a charge's period.
type PeriodBy string

// PeriodByBilling uses BillingPeriodStart (the default), PeriodByCharge uses ChargePeriodStart.
const (
	PeriodByBilling PeriodBy = "billing"
	PeriodByCharge  PeriodBy = "charge"
)

// Book is what is closed together.
type Book struct {
	ID   string `json:"book"`
	Name string `json:"name"`
	// BillingAccounts lists the FOCUS BillingAccountId values that belong to the book; empty means all.
	BillingAccounts []string `json:"billing_accounts"`
	Currency        string   `json:"currency"`
	Basis           Basis    `json:"cost_basis"`
	PeriodBy        PeriodBy `json:"period_by"`
	// PostingDigits is the number of fractional digits of what is posted; nil means the currency's own.
	PostingDigits *int `json:"posting_digits,omitempty"`
	// CloseDay is the day of the following month, 1 to 28, on which the schedule closes a period.
	CloseDay int `json:"close_day"`
	// VarianceTolerance is the largest absolute difference per invoice, in its currency, that is
	// booked to @variance; beyond it the close stops.
	VarianceTolerance decimal.Decimal `json:"variance_tolerance"`
	// InOrder demands that the period before is closed first, where there is one.
	InOrder bool `json:"in_order"`
	// FirstPeriod is the first month that the book closes, unless charges of earlier months are imported.
	FirstPeriod period.Period `json:"first_period"`
	// ApprovalDeadline is how long an approval may wait; ReminderEvery how often approvers are reminded.
	ApprovalDeadline time.Duration `json:"approval_deadline"`
	ReminderEvery    time.Duration `json:"reminder_every"`
	// AnomalyLeastImpact is the rise of a tenant's day, in the currency of its costs, from which the
	// watch over closed periods tells of it; zero tells of every rise that the past does not explain.
	AnomalyLeastImpact decimal.Decimal `json:"anomaly_least_impact"`
	// Approvers lists the subjects that may approve; empty means everyone with the finance_approver role.
	Approvers []string `json:"approvers"`
}
