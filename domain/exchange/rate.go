// Package exchange holds what currencies are worth in each other for the purposes of a close.
package exchange

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Rate says what one unit of a currency is worth in another at an instant: an amount in Base times
// Rate is the amount in Quote, and one in Quote divided by it the amount in Base, neither yet rounded.
// The inverse is seldom a decimal, so it is never written down.
type Rate struct {
	// Base and Quote are ISO 4217 codes, and not the same.
	Base  string          `json:"base"`
	Quote string          `json:"quote"`
	Rate  decimal.Decimal `json:"rate"`
	AsOf  time.Time       `json:"as_of"`
}

// Check returns an InvalidInput error unless the rate is positive, between two known currencies, and
// says as of when.
func (r Rate) Check() error {
	for _, currency := range []string{r.Base, r.Quote} {
		if _, err := money.MinorDigits(currency); err != nil {
			return err
		}
	}
	switch {
	case r.Base == r.Quote:
		return fault.New(fault.InvalidInput, "the rate of %s is in %s itself; name another currency", r.Base, r.Quote)
	case !r.Rate.IsPositive():
		return fault.New(fault.InvalidInput, "the rate of %s in %s is %.40s; it must be above zero", r.Base, r.Quote, r.Rate)
	case r.AsOf.IsZero():
		return fault.New(fault.InvalidInput, "the rate of %s in %s does not say as of when it is", r.Base, r.Quote)
	}
	return nil
}

// Source knows the rates by which a month is converted. It may be used concurrently.
type Source interface {
	// ExchangeRates returns the rates of a month, each pair of currencies once and as of an instant
	// in that month, in byte order of base and quote; a month of which none are known has none. It
	// returns Unavailable errors (with a retry delay where known) when trying again can help, and
	// Upstream errors when it cannot.
	ExchangeRates(ctx context.Context, month period.Period) ([]Rate, error)
}
