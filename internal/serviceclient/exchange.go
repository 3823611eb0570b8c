package serviceclient

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/period"
)

var _ exchange.Source = (*Billing)(nil)

// ExchangeRates returns a month's rates from all pages, in byte order of base and quote. A pair that
// is listed twice is an Upstream error: whichever was taken, somebody would be billed by the other.
func (b *Billing) ExchangeRates(ctx context.Context, month period.Period) ([]exchange.Rate, error) {
	rates := listing[wireRate, exchange.Rate]{
		path: "v1/exchange-rates", list: "exchange_rates",
		accept: func(w wireRate) (exchange.Rate, error) { return w.accept(month) },
	}
	items, err := rates.all(ctx, b.caller, url.Values{"period": {month.String()}})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(x, y exchange.Rate) int {
		return cmp.Or(cmp.Compare(x.Base, y.Base), cmp.Compare(x.Quote, y.Quote))
	})
	for i := 1; i < len(items); i++ {
		if items[i].Base == items[i-1].Base && items[i].Quote == items[i-1].Quote {
			return nil, b.fromTransport(ctx, "GET "+b.base.JoinPath(rates.path).Path, 0,
				fmt.Errorf("%w: the rate of %s in %s is listed twice", errSchema, items[i].Base, items[i].Quote))
		}
	}
	return items, nil
}

// wireRate makes the rate optional on the wire, so that an item without one is told apart from zero.
type wireRate struct {
	exchange.Rate
	Value *decimal.Decimal `json:"rate"`
}

// accept checks that an item is a rate of the month that was asked for: a service that ignores the
// month in the query would have a period converted at the rates of today.
func (w wireRate) accept(month period.Period) (exchange.Rate, error) {
	item := w.Rate
	if err := checkNumber("rate", w.Value); err != nil {
		return item, err
	}
	item.Rate = *w.Value
	if err := item.Check(); err != nil {
		return item, fmt.Errorf("%w: %w", errSchema, err)
	}
	if !month.Contains(item.AsOf) {
		return item, fmt.Errorf("%w: a rate as of %s in the listing of %s", errSchema, item.AsOf, month)
	}
	return item, nil
}
