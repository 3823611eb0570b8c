// Package reservation spreads what reserved capacity costs over the time in which it can be used,
// so that a month bears its share of a fee that was paid in another.
package reservation

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// Registry knows the reservations there are. Its methods return Unavailable errors (with a retry delay
// where known) when trying again can help, and Upstream errors when it cannot; they may be used
// concurrently.
type Registry interface {
	// Reservation returns one by its id, whoever owns it; an unknown id is a NotFound error.
	Reservation(ctx context.Context, id string) (Reservation, error)
	// Reservations returns those that a tenant owns, in the order of the registry; an empty tenant
	// asks for all, those that several share included. Nobody's are an empty list.
	Reservations(ctx context.Context, tenantID string) ([]Reservation, error)
}

// Scope says who may use a reservation.
type Scope string

// ScopeTenant is for its owner alone, ScopeShared for whoever runs what it covers.
const (
	ScopeTenant Scope = "tenant"
	ScopeShared Scope = "shared"
)

// PaymentOption says when the fee is paid. It describes; Upfront and Monthly are what counts.
type PaymentOption string

// The payment options.
const (
	AllUpfront     PaymentOption = "all_upfront"
	PartialUpfront PaymentOption = "partial_upfront"
	NoUpfront      PaymentOption = "no_upfront"
)

// Reservation is a commitment to capacity (a FOCUS commitment discount) over a term from TermStart
// (included) to TermEnd (excluded).
type Reservation struct {
	ID string `json:"reservation_id"`
	// TenantID is the owner; it is empty for a commitment that several tenants share.
	TenantID string `json:"tenant_id,omitempty"`
	// SubAccountID is the FOCUS sub-account that bought it and that its purchases are charged to.
	SubAccountID  string        `json:"sub_account_id,omitempty"`
	Scope         Scope         `json:"scope,omitempty"`
	PaymentOption PaymentOption `json:"payment_option,omitempty"`
	// ServiceName and SkuID say what is reserved, as the FOCUS columns of these names.
	ServiceName string    `json:"service_name,omitempty"`
	SkuID       string    `json:"sku_id,omitempty"`
	TermStart   time.Time `json:"term_start"`
	TermEnd     time.Time `json:"term_end"`
	// Upfront is paid once at the start, Monthly at the start of each month of the term.
	Upfront  decimal.Decimal `json:"upfront"`
	Monthly  decimal.Decimal `json:"monthly"`
	Currency string          `json:"currency"`
}

// Check returns an InvalidInput error unless the reservation has a term of at least a second, a
// known currency and no negative fee.
func (r Reservation) Check() error {
	switch {
	case !r.TermStart.Before(r.TermEnd):
		return fault.New(fault.InvalidInput, "reservation %s ends at %s, not after its start at %s", r.ID, r.TermEnd.UTC().Format(time.RFC3339), r.TermStart.UTC().Format(time.RFC3339))
	case r.Upfront.IsNegative() || r.Monthly.IsNegative():
		return fault.New(fault.InvalidInput, "reservation %s has a negative fee: upfront %s, monthly %s", r.ID, r.Upfront, r.Monthly)
	}
	_, err := money.MinorDigits(r.Currency)
	return err
}

// Fee returns the whole price: the upfront fee and a monthly fee for each month begun in the term.
func (r Reservation) Fee() decimal.Decimal {
	return r.Upfront.Add(r.Monthly.Mul(decimal.NewFromInt(r.months())))
}

// months counts the months begun: the payments fall on the term's start and on the same day and
// time of the months after it.
func (r Reservation) months() int64 {
	var count int64
	for r.TermStart.UTC().AddDate(0, int(count), 0).Before(r.TermEnd) {
		count++
	}
	return count
}
