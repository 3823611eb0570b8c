package capacity

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/money"
)

// Offer is what one reserved unit costs over a term.
type Offer struct {
	// Upfront is paid once per unit, Monthly for each month of the term.
	Upfront decimal.Decimal `json:"upfront"`
	Monthly decimal.Decimal `json:"monthly"`
	// TermMonths is 12 or 36.
	TermMonths int `json:"term_months"`
}

// Commitment is capacity that is reserved already.
type Commitment struct {
	Units float64 `json:"units"`
	// From is included, Until excluded.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// ReservationCase is what is weighed.
type ReservationCase struct {
	// Forecast is of a metric whose unit can be reserved; it needs the levels 0.1 and 0.5.
	Forecast forecast.ForecastResult
	// OnDemandHourly is what one unit costs for an hour without a reservation.
	OnDemandHourly decimal.Decimal
	Offer          Offer
	Currency       string
	Owned          []Commitment
}

// ReservedSavings is what to reserve and what that saves over the term. Money is in the currency,
// rounded half to even to its digits.
type ReservedSavings struct {
	TenantID   string                  `json:"tenant_id"`
	Metric     forecast.ResourceMetric `json:"metric"`
	TermMonths int                     `json:"term_months"`
	Currency   string                  `json:"currency"`
	// RecommendedReservedUnits is a whole number of units beside those owned; 0 where nothing pays.
	RecommendedReservedUnits int64 `json:"recommended_reserved_units"`
	// EstimatedSavings is what the stable base (P10) saves against paying for it on demand.
	EstimatedSavings decimal.Decimal `json:"estimated_savings"`
	// ExpectedSavings is the same for the median, SavingsIfUsageFalls for a stable base that is a tenth
	// lower than forecast; it may be negative.
	ExpectedSavings     decimal.Decimal `json:"expected_savings"`
	SavingsIfUsageFalls decimal.Decimal `json:"savings_if_usage_falls_10_percent"`
	// BreakEvenUtilization is the share of the term's hours in which a reserved unit must be in use to
	// cost no more than on demand; above 1 it never does. Four digits.
	BreakEvenUtilization decimal.Decimal `json:"break_even_utilization"`
	// Utilization is the share in which the recommended units are in use at the stable base.
	Utilization decimal.Decimal `json:"utilization"`
	// OnDemandCost and CommittedCost are those of the stable base without and with the recommended units.
	OnDemandCost  decimal.Decimal `json:"on_demand_cost"`
	CommittedCost decimal.Decimal `json:"committed_cost"`
	// ForecastShare is how much of the term the forecast itself covers; the rest repeats its last weeks.
	ForecastShare decimal.Decimal `json:"forecast_share"`
}

// shareDigits are those of utilisations and shares.
const shareDigits = 4

// EstimateReservedCapacitySavings simulates every hour of the term at the forecast's stable base (P10),
// less what is owned, with each whole number of units that some hour uses as the candidate commitment,
// and recommends the cheapest; of two as cheap, the smaller. A term other than 12 or 36 months, a price
// below zero, a free on-demand hour or a forecast without points is InvalidInput.
func EstimateReservedCapacitySavings(c ReservationCase) (ReservedSavings, error) {
	out := ReservedSavings{TenantID: c.Forecast.TenantID, Metric: c.Forecast.Metric, TermMonths: c.Offer.TermMonths, Currency: c.Currency}
	digits, err := c.check()
	if err != nil {
		return out, err
	}
	base, err := usageOverTerm(c, 0.1)
	if err != nil {
		return out, err
	}
	median, err := usageOverTerm(c, 0.5)
	if err != nil {
		return out, err
	}
	fee := c.Offer.Upfront.Add(c.Offer.Monthly.Mul(decimal.NewFromInt(int64(c.Offer.TermMonths))))
	hours := decimal.NewFromInt(int64(len(base.used)))
	units := base.cheapest(fee, c.OnDemandHourly)

	out.RecommendedReservedUnits = units
	out.BreakEvenUtilization = fee.DivRound(c.OnDemandHourly.Mul(hours), shareDigits)
	out.ForecastShare = decimal.NewFromInt(int64(base.forecast)).DivRound(hours, shareDigits)
	if units > 0 {
		out.Utilization = base.covered(units).DivRound(hours.Mul(decimal.NewFromInt(units)), shareDigits)
	}
	savings := func(u usage) decimal.Decimal {
		return u.covered(units).Mul(c.OnDemandHourly).Sub(fee.Mul(decimal.NewFromInt(units))).RoundBank(digits)
	}
	out.EstimatedSavings, out.ExpectedSavings = savings(base), savings(median)
	out.SavingsIfUsageFalls = savings(base.fallenByTenth(c))
	out.OnDemandCost = base.total().Mul(c.OnDemandHourly).RoundBank(digits)
	out.CommittedCost = out.OnDemandCost.Sub(out.EstimatedSavings)
	return out, nil
}

// check returns the digits of the currency, or what cannot be.
func (c ReservationCase) check() (int32, error) {
	switch {
	case c.Offer.TermMonths != 12 && c.Offer.TermMonths != 36:
		return 0, fault.Invalid("/term_months", "a term of %d months is not offered; use 12 or 36", c.Offer.TermMonths)
	case c.Offer.Upfront.IsNegative() || c.Offer.Monthly.IsNegative():
		return 0, fault.Invalid("/offer", "a reservation cannot cost less than nothing: upfront %s, monthly %s", c.Offer.Upfront, c.Offer.Monthly)
	case !c.OnDemandHourly.IsPositive():
		return 0, fault.Invalid("/on_demand_hourly", "the on-demand price %s is not above zero, so that nothing can be saved", c.OnDemandHourly)
	case len(c.Forecast.Predictions) == 0:
		return 0, fault.Invalid("/predictions", "the forecast of %s has no points", c.Forecast.Metric)
	}
	for _, owned := range c.Owned {
		if !isQuantity(owned.Units) || !owned.From.Before(owned.Until) {
			return 0, fault.Invalid("/owned", "a commitment of %v units from %s until %s is none", owned.Units,
				owned.From.UTC().Format(time.RFC3339), owned.Until.UTC().Format(time.RFC3339))
		}
	}
	digits, err := money.MinorDigits(c.Currency)
	return int32(digits), err // a currency has at most four digits
}
