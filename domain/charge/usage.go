package charge

import (
	"time"

	"github.com/shopspring/decimal"
)

// Usage is a metered quantity that drives the allocation of shared costs. Zero times mean that the
// source gave none.
type Usage struct {
	TenantID string          `json:"tenant_id"`
	Category string          `json:"category"`
	Quantity decimal.Decimal `json:"quantity"`
	Start    time.Time       `json:"start,omitzero"`
	End      time.Time       `json:"end,omitzero"`
}
