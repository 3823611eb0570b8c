package serviceclient

import (
	"context"
	"fmt"
	"net/url"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/reservation"
)

var _ reservation.Registry = (*Billing)(nil)

// Reservations returns those that a tenant owns, or with an empty tenant all there are, from all
// pages. Somebody else's among a tenant's is an Upstream error: a service that ignores the filter
// would show one tenant the contracts of another.
func (b *Billing) Reservations(ctx context.Context, tenantID string) ([]reservation.Reservation, error) {
	filter := url.Values{}
	if tenantID != "" {
		filter.Set("tenant_id", tenantID)
	}
	return reservationsOf(tenantID).all(ctx, b.caller, filter)
}

// Reservation looks through the list for an id, page by page until it is found: the service offers
// no look-up, and a company has hundreds of commitments, not millions.
func (b *Billing) Reservation(ctx context.Context, id string) (reservation.Reservation, error) {
	reservations := reservationsOf("")
	for cursor := ""; ; {
		page, err := reservations.read(ctx, b.caller, nil, cursor)
		if fault.Is(err, fault.NotFound) { // the list itself is missing, which says nothing of this id
			err = fault.Wrap(err, fault.Upstream, "billing does not list reservations at its address; correct --billing-url")
		}
		if err != nil {
			return reservation.Reservation{}, err
		}
		for _, item := range page.items {
			if item.ID == id {
				return item, nil
			}
		}
		if cursor = page.next; cursor == "" || len(page.items) == 0 {
			return reservation.Reservation{}, fault.New(fault.NotFound, "there is no reservation %.140q", id)
		}
	}
}

func reservationsOf(tenantID string) listing[wireReservation, reservation.Reservation] {
	return listing[wireReservation, reservation.Reservation]{
		path: "v1/reservations", list: "reservations",
		accept: func(w wireReservation) (reservation.Reservation, error) { return w.accept(tenantID) },
	}
}

// wireReservation makes the fees optional on the wire, so that a reservation without one is refused
// and not taken for free.
type wireReservation struct {
	reservation.Reservation
	Upfront *decimal.Decimal `json:"upfront"`
	Monthly *decimal.Decimal `json:"monthly"`
}

// accept checks what amortization relies on: both fees, a term, a currency, and the right owner.
func (w wireReservation) accept(tenantID string) (reservation.Reservation, error) {
	item := w.Reservation
	if item.ID == "" {
		return item, missing("reservation_id")
	}
	if tenantID != "" && item.TenantID != tenantID {
		return item, fmt.Errorf("%w: reservation %q of tenant %q in the listing of %q", errSchema, item.ID, item.TenantID, tenantID)
	}
	if err := checkNumber("upfront", w.Upfront); err != nil {
		return item, err
	}
	if err := checkNumber("monthly", w.Monthly); err != nil {
		return item, err
	}
	item.Upfront, item.Monthly = *w.Upfront, *w.Monthly
	if err := item.Check(); err != nil {
		return item, fmt.Errorf("%w: %w", errSchema, err)
	}
	return item, nil
}
