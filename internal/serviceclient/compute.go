package serviceclient

import (
	"context"
	"net/url"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Compute is a client of the compute service.
type Compute struct{ *caller }

var _ closing.Compute = (*Compute)(nil)

// wireUsage makes the quantity optional on the wire, so that a record without one is refused and not
// taken for zero.
type wireUsage struct {
	charge.Usage
	Quantity *decimal.Decimal `json:"quantity"`
}

func (w wireUsage) accept() (charge.Usage, error) {
	switch {
	case w.TenantID == "":
		return charge.Usage{}, missing("tenant_id")
	case w.Category == "":
		return charge.Usage{}, missing("category")
	}
	if err := checkNumber("quantity", w.Quantity); err != nil {
		return charge.Usage{}, err
	}
	item := w.Usage
	item.Quantity = *w.Quantity
	return item, nil
}

// Usage returns a page of a month's usage. Quantities may be negative: meters are corrected.
func (c *Compute) Usage(ctx context.Context, month period.Period, cursor string) (closing.UsagePage, error) {
	usage := listing[wireUsage, charge.Usage]{path: "v1/usage", list: "usage", accept: wireUsage.accept}
	page, err := usage.read(ctx, c.caller, url.Values{"period": {month.String()}}, cursor)
	if err != nil {
		return closing.UsagePage{}, err
	}
	return closing.UsagePage{Usage: page.items, Next: page.next, Total: page.total}, nil
}

// Ownership returns a page of the resources' owner history.
func (c *Compute) Ownership(ctx context.Context, cursor string) (closing.OwnershipPage, error) {
	owners := listing[tenancy.Ownership, tenancy.Ownership]{path: "v1/ownership", list: "ownership", accept: acceptOwnership}
	page, err := owners.read(ctx, c.caller, nil, cursor)
	if err != nil {
		return closing.OwnershipPage{}, err
	}
	return closing.OwnershipPage{Ownership: page.items, Next: page.next, Total: page.total}, nil
}

// acceptOwnership lets an empty tenant pass: a resource that belonged to nobody for a while.
func acceptOwnership(item tenancy.Ownership) (tenancy.Ownership, error) {
	switch {
	case item.ResourceID == "":
		return item, missing("resource_id")
	case item.From.IsZero():
		return item, missing("from")
	}
	return item, nil
}
