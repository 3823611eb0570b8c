package intake

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// runningSums adds up costs by currency without making a number of every step. The zero value is
// empty.
type runningSums struct {
	list []*runningSum
}

// runningSum is a Sum that grows.
type runningSum struct {
	currency          string
	billed, effective money.Sum
}

// of returns the sum of a currency. Bills have very few of them.
func (r *runningSums) of(currency string) *runningSum {
	for _, sum := range r.list {
		if sum.currency == currency {
			return sum
		}
	}
	sum := &runningSum{currency: currency}
	r.list = append(r.list, sum)
	return sum
}

func (s *runningSum) add(billed, effective decimal.Decimal) {
	s.billed.AddDecimal(billed)
	s.effective.AddDecimal(effective)
}

// sums returns what was added up; nil where nothing was.
func (r *runningSums) sums() map[string]Sum {
	if len(r.list) == 0 {
		return nil
	}
	sums := make(map[string]Sum, len(r.list))
	for _, sum := range r.list {
		sums[sum.currency] = Sum{Billed: sum.billed.Decimal(), Effective: sum.effective.Decimal()}
	}
	return sums
}
