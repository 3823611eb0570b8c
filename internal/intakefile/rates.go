package intakefile

import (
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Rates reads base,quote,rate,as_of and, where it is given, period: a rate is that of the named month,
// of the period given for the import, or else of the month of as_of.
var Rates = intake.Format{Kind: intake.KindRates, TakesPeriod: true, Read: readRates}

// rateColumns are the places of the columns; period is -1 where a file lacks it.
type rateColumns struct{ base, quote, rate, asOf, period int }

// readRates refuses a pair that a month has twice: which of the rates counts would be a guess.
func readRates(files intake.Files, options intake.FormatOptions) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		var columns rateColumns
		seen := map[string]string{}
		for row, err := range csvfile.Records(files, func(file *csvfile.Reader) (err error) {
			columns, err = findRateColumns(file)
			return err
		}) {
			var rate exchange.Rate
			var month period.Period
			if err == nil {
				rate, err = columns.read(row)
			}
			if err == nil {
				month, err = columns.month(row, rate, options.Period)
			}
			if err == nil {
				err = once(seen, month.String()+" "+rate.Base+" "+rate.Quote, row, columns.base)
			}
			if !yield(intake.RateRow(&rate, month), err) || err != nil {
				return
			}
		}
	}
}

func findRateColumns(file *csvfile.Reader) (rateColumns, error) {
	required, err := file.Require("base", "quote", "rate", "as_of")
	if err != nil {
		return rateColumns{}, err
	}
	return rateColumns{
		base: required[0], quote: required[1], rate: required[2], asOf: required[3],
		period: file.Column("period"),
	}, nil
}

func (c rateColumns) read(row *csvfile.Row) (rate exchange.Rate, err error) {
	rate.Base, rate.Quote = row.Text(c.base), row.Text(c.quote)
	if rate.Rate, err = number(row, c.rate); err != nil {
		return rate, err
	}
	if rate.AsOf, err = instant(row, c.asOf); err != nil {
		return rate, err
	}
	if err := rate.Check(); err != nil {
		return rate, row.Wrap(c.rate, err, "")
	}
	return rate, nil
}

// month decides whose month a rate is.
func (c rateColumns) month(row *csvfile.Row, rate exchange.Rate, given period.Period) (period.Period, error) {
	month, err := ownOrGiven(row, c.period, given)
	if err == nil && month.IsZero() {
		month = period.Of(rate.AsOf)
	}
	return month, err
}
