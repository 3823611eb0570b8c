package statement

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// postLines rounds the lines of one tenant and currency so that they sum to what is posted for the
// tenant: each is rounded down, and the units left over go one each to the largest remainders, ties
// to the earlier line. What is posted was apportioned over the whole bill and lies less than a unit
// beside the sum of the lines, so there are never more units than lines.
func (p *Publication) postLines(account, currency string, cells []ledger.Cell) ([]decimal.Decimal, error) {
	posted, found := p.posted[accountKey{account, currency}]
	if !found {
		return nil, fault.New(fault.Internal, "nothing is posted for %s in %s, which has cells of %s", account, currency, p.Reference())
	}
	digits := -posted.Amount.Exponent()
	unit := decimal.New(1, -digits)
	lines, remainders := make([]decimal.Decimal, len(cells)), make([]decimal.Decimal, len(cells))
	order := make([]int, len(cells))
	rest := posted.Amount
	for i, cell := range cells {
		lines[i] = cell.Amount.RoundFloor(digits)
		remainders[i] = cell.Amount.Sub(lines[i])
		rest = rest.Sub(lines[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return remainders[b].Cmp(remainders[a]) })
	for _, i := range order {
		if !rest.IsPositive() {
			break
		}
		lines[i] = lines[i].Add(unit)
		rest = rest.Sub(unit)
	}
	return lines, nil
}
