// Package charge holds one line of a cloud bill, in the terms of the FinOps Open Cost and Usage
// Specification (FOCUS).
package charge

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// Charge is one row of a bill. Its fields carry the meaning of the FOCUS columns of the same name;
// an absent value (NULL, null, (null) or empty in the source) is the empty string or the zero value.
type Charge struct {
	// SourceRow is the 1-based number of the row in its delivery, the header not counted.
	SourceRow int64 `json:"source_row"`

	BillingAccountID  string        `json:"billing_account_id"`
	BillingPeriod     period.Period `json:"billing_period"`
	InvoiceID         string        `json:"invoice_id,omitempty"`
	Currency          string        `json:"billing_currency"`
	ChargePeriodStart time.Time     `json:"charge_period_start"`
	ChargePeriodEnd   time.Time     `json:"charge_period_end"`

	BilledCost    decimal.Decimal `json:"billed_cost"`
	EffectiveCost decimal.Decimal `json:"effective_cost"`

	// ChargeCategory is Usage, Purchase, Tax, Credit or Adjustment.
	ChargeCategory string `json:"charge_category"`
	// ChargeClass is "Correction" for a correction of an earlier invoice, else empty.
	ChargeClass string `json:"charge_class,omitempty"`
	Description string `json:"charge_description,omitempty"`

	SubAccountID    string `json:"sub_account_id,omitempty"`
	SubAccountName  string `json:"sub_account_name,omitempty"`
	ServiceName     string `json:"service_name,omitempty"`
	ServiceCategory string `json:"service_category,omitempty"`
	ResourceID      string `json:"resource_id,omitempty"`
	ResourceName    string `json:"resource_name,omitempty"`
	ResourceType    string `json:"resource_type,omitempty"`
	RegionID        string `json:"region_id,omitempty"`
	SkuID           string `json:"sku_id,omitempty"`

	ConsumedQuantity decimal.NullDecimal `json:"consumed_quantity"`
	ConsumedUnit     string              `json:"consumed_unit,omitempty"`

	CommitmentDiscountID       string              `json:"commitment_discount_id,omitempty"`
	CommitmentDiscountStatus   string              `json:"commitment_discount_status,omitempty"`
	CommitmentDiscountQuantity decimal.NullDecimal `json:"commitment_discount_quantity"`

	// Tags are kept exactly as delivered; matching folds case and surrounding space.
	Tags map[string]string `json:"tags,omitempty"`
}

// UnusedCommitment reports whether the row is what a commitment cost in time in which nobody used it.
func (c *Charge) UnusedCommitment() bool { return c.CommitmentDiscountStatus == "Unused" }
