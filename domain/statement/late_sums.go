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

// LateSums are what charges came to that a close took for months closed before: by where they went
// and the month that they are of. The zero value is ready, and nil has none.
type LateSums struct {
	sums map[latePlace]map[period.Period]decimal.Decimal
}

// latePlace is a bearer's direct cost, or the account of a pool that is split.
type latePlace struct{ pool, account, currency string }

// Add adds a part of a late charge. Its month is that of its bill, or in a book that goes by charge
// period, where a late charge may stand on a later bill, the one in which it began.
func (l *LateSums) Add(posted period.Period, part *allocation.PlacedPart) {
	month := part.Charge.BillingPeriod
	if !month.Before(posted) {
		month = period.Of(part.Charge.ChargePeriodStart)
	}
	at := latePlace{ledger.PoolAccount(part.Pool), "", part.Charge.Currency}
	if part.Pool == "" {
		at.pool, at.account = allocation.DirectPoolPrefix+string(part.Category), part.Account
	}
	l.add(at, month, part.Amount)
}

func (l *LateSums) add(at latePlace, month period.Period, amount decimal.Decimal) {
	if l.sums == nil {
		l.sums = make(map[latePlace]map[period.Period]decimal.Decimal)
	}
	if l.sums[at] == nil {
		l.sums[at] = make(map[period.Period]decimal.Decimal)
	}
	l.sums[at][month] = l.sums[at][month].Add(amount)
}

// clone returns a copy that cutting may change.
func (l *LateSums) clone() *LateSums {
	copied := &LateSums{sums: make(map[latePlace]map[period.Period]decimal.Decimal)}
	if l != nil {
		for at, months := range l.sums {
			copied.sums[at] = maps.Clone(months)
		}
	}
	return copied
}

// lateCells are what the cells of one transaction have of one earlier month, in the order of entries.
type lateCells struct {
	month   period.Period
	amounts []decimal.Decimal
}

// cut tells which part of a transaction's cells is late, month by month. Direct cost is known by its
// bearer. Late cost of a pool is borne in the ratio of the pool's cells, by largest remainder, so that
// it sums to what was late; what the pool passes on stays late in the pool that receives it. A pool
// whose cells have no ratio keeps its late cost among its own.
func (l *LateSums) cut(transaction ledger.Transaction, shares *ratios) ([]lateCells, error) {
	key, entries := transaction.Key, transaction.Entries
	found := map[period.Period][]decimal.Decimal{}
	if isDirect(key.Pool) {
		for i, entry := range entries {
			for month, amount := range l.sums[latePlace{key.Pool, entry.Account, key.Currency}] {
				if found[month] == nil {
					found[month] = make([]decimal.Decimal, len(entries))
				}
				found[month][i] = amount
			}
		}
	} else if shares != nil {
		for month, amount := range l.sums[latePlace{ledger.PoolAccount(key.Pool), "", key.Currency}] {
			amounts, err := shares.split(amount, key.Currency)
			if err != nil {
				return nil, err
			}
			for i, entry := range entries {
				if ledger.IsTransfer(entry.Account) {
					l.add(latePlace{entry.Account, "", key.Currency}, month, amounts[i])
				}
			}
			found[month] = amounts
		}
	}
	var cells []lateCells
	for _, month := range slices.SortedFunc(maps.Keys(found), func(a, b period.Period) int { return a.Start().Compare(b.Start()) }) {
		cells = append(cells, lateCells{month, found[month]})
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
