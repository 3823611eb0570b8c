package closing

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Billing is the platform's billing service: where charges and control totals come from and where
// posted amounts go. Its methods return Unavailable errors (with a retry delay where known) when
// trying again can help, and Upstream errors when it cannot.
type Billing interface {
	// Charges returns a page of the charges whose BillingPeriod is the month, in a stable order;
	// an empty cursor asks for the first page, an empty Next ends the listing.
	Charges(ctx context.Context, month period.Period, cursor string) (ChargePage, error)
	// ControlTotals returns what each invoice of the month amounts to, per currency.
	ControlTotals(ctx context.Context, month period.Period) ([]ControlTotal, error)
	// Post delivers posted amounts; the same idempotency key again changes nothing.
	Post(ctx context.Context, idempotencyKey string, posting Posting) error
}

// ChargePage is one page of charges. Total is the number of charges of the month, for progress.
type ChargePage struct {
	Charges []charge.Charge `json:"charges"`
	Next    string          `json:"next_cursor,omitempty"`
	Total   int64           `json:"total"`
}

// Compute is the part of the platform's compute service that the close needs; errors as Billing's.
type Compute interface {
	Usage(ctx context.Context, month period.Period, cursor string) (UsagePage, error)
	Ownership(ctx context.Context, cursor string) (OwnershipPage, error)
}

// UsagePage is one page of usage.
type UsagePage struct {
	Usage []charge.Usage `json:"usage"`
	Next  string         `json:"next_cursor,omitempty"`
	Total int64          `json:"total"`
}

// OwnershipPage is one page of the resources' owner history.
type OwnershipPage struct {
	Ownership []tenancy.Ownership `json:"ownership"`
	Next      string              `json:"next_cursor,omitempty"`
	Total     int64               `json:"total"`
}

// Posting is a page of what a revision posts. Amounts are in posting digits; over all pages of a
// revision they sum to what is billed.
type Posting struct {
	Book     string        `json:"book"`
	Period   period.Period `json:"period"`
	Revision int           `json:"revision"`
	Page     int           `json:"page"`
	Pages    int           `json:"pages"`
	Lines    []PostingLine `json:"lines"`
}

// PostingLine is one account's posted total in one currency. Account is a tenant id or a reserved
// account.
type PostingLine struct {
	Account  string       `json:"account"`
	Currency string       `json:"currency"`
	Amount   money.Posted `json:"amount"`
}

// Monitor is the platform's monitor service, to which events for people and dashboards go.
type Monitor interface {
	Publish(ctx context.Context, idempotencyKey string, event Event) error
}

// Event is something that happened to a tenant or a book; Severity is info, warning or critical.
type Event struct {
	Kind     string            `json:"kind"`
	Severity string            `json:"severity"`
	TenantID string            `json:"tenant_id,omitempty"`
	Summary  string            `json:"summary"`
	Details  map[string]string `json:"details,omitempty"`
}
