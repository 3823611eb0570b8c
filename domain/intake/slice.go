package intake

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// SliceKey is what a slice is about: later deliveries for the same key replace it.
type SliceKey struct {
	Kind Kind `json:"kind"`
	// Scope is the billing account for charges and invoices, else empty.
	Scope string `json:"scope,omitempty"`
	// Period is the billing period of charges and invoices and the month of usage, else zero.
	Period period.Period `json:"period"`
}

// Slice is the part of a delivery that one key covers. Once sealed it never changes.
type Slice struct {
	SliceKey
	// ContentHash is the SHA-256 over the rows in canonical encoding and in the order of delivery,
	// in hexadecimal. It does not depend on how the delivery was cut into files or compressed, nor
	// on the numbers of the rows.
	ContentHash string `json:"content_hash"`
	Rows        int64  `json:"rows"`
	// Sums holds billed and effective cost per currency: both for charges, billed for invoices.
	Sums map[string]Sum `json:"sums,omitempty"`
	// FirstChargeStart and LastChargeStart bound ChargePeriodStart of charges; zero for other kinds.
	FirstChargeStart time.Time `json:"first_charge_start,omitzero"`
	LastChargeStart  time.Time `json:"last_charge_start,omitzero"`
}

// Sum is billed and effective cost in one currency.
type Sum struct {
	Billed    decimal.Decimal `json:"billed"`
	Effective decimal.Decimal `json:"effective"`
}

// Add returns the sum of two sums.
func (s Sum) Add(other Sum) Sum {
	return Sum{Billed: s.Billed.Add(other.Billed), Effective: s.Effective.Add(other.Effective)}
}
