package reservation

import (
	"math/big"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// Amortized returns what of the fee falls on the time from start (included) to end (excluded): what
// has accrued by end less what has accrued by start. Both are rounded once, so any way of cutting
// the term sums to the fee exactly. Time outside the term bears nothing. An end before the start is
// an InvalidInput error.
func (r Reservation) Amortized(start, end time.Time) (decimal.Decimal, error) {
	if end.Before(start) {
		return decimal.Zero, fault.New(fault.InvalidInput, "the time ends at %s, before its start at %s", end.UTC().Format(time.RFC3339), start.UTC().Format(time.RFC3339))
	}
	until, err := r.Accrued(end)
	if err != nil {
		return decimal.Zero, err
	}
	from, err := r.Accrued(start)
	if err != nil {
		return decimal.Zero, err
	}
	return until.Sub(from), nil
}

// Accrued returns what of the fee has been used up by an instant: the fee times the elapsed seconds
// over the seconds of the term, rounded half up to the quantum of the fee in its currency (see
// money.QuantumDigits). It is zero up to the start of the term and the fee from its end.
func (r Reservation) Accrued(instant time.Time) (decimal.Decimal, error) {
	if err := r.Check(); err != nil {
		return decimal.Zero, err
	}
	minor, err := money.MinorDigits(r.Currency)
	if err != nil {
		return decimal.Zero, err
	}
	elapsed := min(max(seconds(r.TermStart, instant), 0), seconds(r.TermStart, r.TermEnd))
	fee := r.Fee()
	digits := money.QuantumDigits(minor, fee)
	accrued := money.Units(fee, digits)
	accrued.Mul(accrued, big.NewInt(elapsed))
	return money.FromUnits(halfUp(accrued, seconds(r.TermStart, r.TermEnd)), digits), nil
}

// Prepaid returns what has been paid by an instant and not been used up: what waits on the account
// @prepaid. It is negative where use runs ahead of payment.
func (r Reservation) Prepaid(instant time.Time) (decimal.Decimal, error) {
	accrued, err := r.Accrued(instant)
	if err != nil {
		return decimal.Zero, err
	}
	return r.paid(instant).Sub(accrued), nil
}

// paid sums the fees due before an instant.
func (r Reservation) paid(instant time.Time) decimal.Decimal {
	if !r.TermStart.Before(instant) {
		return decimal.Zero
	}
	var months int64
	for due := r.TermStart.UTC(); due.Before(instant) && due.Before(r.TermEnd); due = r.TermStart.UTC().AddDate(0, int(months), 0) {
		months++
	}
	return r.Upfront.Add(r.Monthly.Mul(decimal.NewFromInt(months)))
}

// seconds counts whole seconds; time.Duration would overflow after 292 years.
func seconds(from, until time.Time) int64 { return until.Unix() - from.Unix() }

// halfUp divides two numbers that are not negative.
func halfUp(dividend *big.Int, divisor int64) *big.Int {
	twice := new(big.Int).Lsh(dividend, 1)
	twice.Add(twice, big.NewInt(divisor))
	return twice.Quo(twice, big.NewInt(2*divisor))
}
