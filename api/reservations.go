package api

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// GetReservationAmortization shows what of a reservation's fees falls on a time:
// calculate_amortized_reserved_costs.
func (s *server) GetReservationAmortization(ctx context.Context, request GetReservationAmortizationRequestObject) (GetReservationAmortizationResponseObject, error) {
	from, err := boundary("from", request.Params.From, period.Period.Start)
	if err != nil {
		return nil, err
	}
	to, err := boundary("to", request.Params.To, period.Period.End)
	if err != nil {
		return nil, err
	}
	// The end of a month before is the beginning of the month that was given: no time, but a mistake.
	_, isInstant := time.Parse(time.RFC3339, request.Params.To)
	if to.Before(from) || to.Equal(from) && isInstant != nil {
		return nil, fault.Invalid(parameterPrefix+"query to", "to %s lies before from %s", request.Params.To, request.Params.From)
	}
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	service := allocation.CostAllocationService{Reservations: s.Reservations}
	cost, err := service.CalculateAmortizedReservedCosts(ctx, request.TenantID, request.ReservationID, from, to)
	if err != nil {
		return nil, err
	}
	return GetReservationAmortization200JSONResponse{
		TenantID: request.TenantID, ReservationID: request.ReservationID,
		ServiceName: cost.Reservation.ServiceName, SkuID: cost.Reservation.SkuID,
		PaymentOption: string(cost.Reservation.PaymentOption),
		TermStart:     cost.Reservation.TermStart.UTC(), TermEnd: cost.Reservation.TermEnd.UTC(), Fee: cost.Reservation.Fee(),
		From: cost.Start, To: cost.End, Currency: cost.Reservation.Currency, Amount: cost.Amount,
		AccruedBefore: cost.AccruedBefore, AccruedAfter: cost.AccruedAfter, Prepaid: cost.Prepaid,
	}, nil
}

// boundary reads one end of a time: an instant, or a month of which of gives the end that is meant.
func boundary(parameter, text string, of func(period.Period) time.Time) (time.Time, error) {
	if month, err := period.Parse(text); err == nil {
		return of(month), nil
	}
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fault.Invalid(parameterPrefix+"query "+parameter, "%s is neither a month nor an instant such as 2026-09-14T06:30:00Z", parameter)
	}
	return instant.UTC(), nil
}
