package sample

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/period"
)

// currencies are worth about these many 10^-8 of the sample's currency, in byte order of code.
var currencies = []struct {
	code  string
	worth int64
}{
	{"CHF", 113_720_000}, {"EUR", 108_420_000}, {"GBP", 127_310_000}, {"INR", 1_192_400}, {"JPY", 681_294},
}

// exchangeRates returns what other currencies are worth on the afternoon of a month's last day. They
// wander from month to month by up to one and a half per cent.
func exchangeRates(seed uint64, month period.Period) []exchange.Rate {
	asOf := month.End().Add(-8 * time.Hour)
	list := make([]exchange.Rate, 0, len(currencies))
	for _, currency := range currencies {
		worth := currency.worth
		for past := First; !month.Before(past); past = past.Next() {
			worth = around(draw(seed, "exchange", currency.code, past.String()), worth, 15)
		}
		list = append(list, exchange.Rate{Base: currency.code, Quote: Currency, Rate: decimal.New(worth, -8), AsOf: asOf})
	}
	return list
}
