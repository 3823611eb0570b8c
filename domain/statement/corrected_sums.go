package statement

import (
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

// CorrectedSums are what charges came to that correct what was billed before, by where they went and
// the month that they are of. The zero value is ready, and nil has none.
type CorrectedSums struct {
	sums map[correctedPlace]map[period.Period]decimal.Decimal
}

// correctedPlace is a bearer's direct cost, or the account of a pool that is split.
type correctedPlace struct{ pool, account, currency string }

// Add adds a part of a charge that a close of the posted month took. A charge that came late is of the
// month of its bill; a correction on the posted month's own bill, or in a book that goes by charge
// period on a later one, is of the month in which it began.
func (c *CorrectedSums) Add(posted period.Period, part *allocation.PlacedPart) {
	month := part.Charge.BillingPeriod
	if !month.Before(posted) {
		month = period.Of(part.Charge.ChargePeriodStart)
	}
	at := correctedPlace{ledger.PoolAccount(part.Pool), "", part.Charge.Currency}
	if part.Pool == "" {
		at.pool, at.account = allocation.DirectPoolPrefix+string(part.Category), part.Account
	}
	c.add(at, month, part.Amount)
}

func (c *CorrectedSums) add(at correctedPlace, month period.Period, amount decimal.Decimal) {
	if c.sums == nil {
		c.sums = make(map[correctedPlace]map[period.Period]decimal.Decimal)
	}
	if c.sums[at] == nil {
		c.sums[at] = make(map[period.Period]decimal.Decimal)
	}
	c.sums[at][month] = c.sums[at][month].Add(amount)
}

// clone returns a copy that cutting may change.
func (c *CorrectedSums) clone() *CorrectedSums {
	copied := &CorrectedSums{sums: make(map[correctedPlace]map[period.Period]decimal.Decimal)}
	if c != nil {
		for at, months := range c.sums {
			copied.sums[at] = maps.Clone(months)
		}
	}
	return copied
}

// correctedCells are what the cells of one transaction have of one earlier month, in the order of entries.
type correctedCells struct {
	month   period.Period
	amounts []decimal.Decimal
}

// cut tells which part of a transaction's cells corrects which month. Direct cost is known by its
// bearer. Corrections of a pool are borne in the ratio of the pool's cells, by largest remainder, so
// that they sum to what was corrected; what the pool passes on is a correction in the pool that receives
// it. A pool whose cells have no ratio keeps them among its own.
func (c *CorrectedSums) cut(transaction ledger.Transaction, shares *ratios) ([]correctedCells, error) {
	key, entries := transaction.Key, transaction.Entries
	found := map[period.Period][]decimal.Decimal{}
	if isDirect(key.Pool) {
		for i, entry := range entries {
			for month, amount := range c.sums[correctedPlace{key.Pool, entry.Account, key.Currency}] {
				if found[month] == nil {
					found[month] = make([]decimal.Decimal, len(entries))
				}
				found[month][i] = amount
			}
		}
	} else if shares != nil {
		for month, amount := range c.sums[correctedPlace{ledger.PoolAccount(key.Pool), "", key.Currency}] {
			amounts, err := shares.split(amount, key.Currency)
			if err != nil {
				return nil, err
			}
			for i, entry := range entries {
				if ledger.IsTransfer(entry.Account) {
					c.add(correctedPlace{entry.Account, "", key.Currency}, month, amounts[i])
				}
			}
			found[month] = amounts
		}
	}
	var cells []correctedCells
	for _, month := range slices.SortedFunc(maps.Keys(found), func(a, b period.Period) int { return a.Start().Compare(b.Start()) }) {
		cells = append(cells, correctedCells{month, found[month]})
	}
	return cells, nil
}

// split cuts an amount in the ratio of the cells.
func (r *ratios) split(amount decimal.Decimal, currency string) ([]decimal.Decimal, error) {
	minorDigits, err := money.MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	digits := money.QuantumDigits(minorDigits, amount)
	portions, err := money.Apportion(money.Units(amount, digits), r.weights)
	if err != nil {
		return nil, err
	}
	amounts := make([]decimal.Decimal, portions.Len())
	for i := range amounts {
		amounts[i] = portions.Decimal(i, digits)
	}
	return amounts, nil
}
