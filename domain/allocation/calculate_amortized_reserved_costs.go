package allocation

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/reservation"
)

// AmortizedCost is what of a reservation's fee falls on a time. Amounts are in Currency and never
// negative, but for Prepaid.
type AmortizedCost struct {
	Reservation reservation.Reservation
	// Start (included) and End (excluded) are the time asked for, in UTC.
	Start, End time.Time
	// Amount is AccruedAfter less AccruedBefore: what had been used up by End, and by Start.
	Amount, AccruedBefore, AccruedAfter decimal.Decimal
	// Prepaid is what had been paid by End and was not used up: what waits on @prepaid. It is
	// negative where use runs ahead of payment.
	Prepaid decimal.Decimal
}

// CalculateAmortizedReservedCosts spreads the upfront fee and the monthly fees of a tenant's
// reservation evenly over its term, to the second, and returns what of them falls on the time from
// start (included) to end (excluded). Both ends are rounded once, so any way of cutting the term
// sums to the fee exactly; time outside of the term bears nothing.
//
// A reservation costs its owner, used or not: hours that others use are charged to them by the bill,
// row by row, and are no part of this figure. One that several tenants share has no owner, and
// nobody's share of it is a contract's to know; it is a NotFound error like one of another tenant, or
// one that there is not, so that no tenant learns of the contracts of others. An end before the
// start is an InvalidInput error; errors of the registry are returned as they are.
func (s *CostAllocationService) CalculateAmortizedReservedCosts(ctx context.Context, tenantID, reservationID string, start, end time.Time) (AmortizedCost, error) {
	found, err := s.Reservations.Reservation(ctx, reservationID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return AmortizedCost{}, err
	}
	if err != nil || tenantID == "" || found.TenantID != tenantID {
		return AmortizedCost{}, fault.New(fault.NotFound, "tenant %.140q has no reservation %.140q", tenantID, reservationID)
	}
	cost := AmortizedCost{Reservation: found, Start: start.UTC(), End: end.UTC()}
	if cost.Amount, err = found.Amortized(start, end); err != nil {
		return AmortizedCost{}, err
	}
	if cost.AccruedBefore, err = found.Accrued(start); err != nil {
		return AmortizedCost{}, err
	}
	if cost.AccruedAfter, err = found.Accrued(end); err != nil {
		return AmortizedCost{}, err
	}
	cost.Prepaid, err = found.Prepaid(end)
	return cost, err
}
