package statement

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/money"
)

// postLines rounds the lines of one tenant and currency so that they sum to what is posted for the
// tenant. That amount was apportioned over the whole bill, so it may lie a unit beside what the lines
// alone round to: the line with the largest amount takes the difference, where it is smallest in
// proportion.
func (p *Publication) postLines(account, currency string, cells []ledger.Cell) ([]decimal.Decimal, error) {
	posted, found := p.posted[accountKey{account, currency}]
	if !found {
		return nil, fault.New(fault.Internal, "nothing is posted for %s in %s, which has cells of %s", account, currency, p.Reference())
	}
	digits := -int(posted.Amount.Exponent())
	totals := make([]money.Sum, len(cells))
	largest := 0
	for i, cell := range cells {
		totals[i].AddDecimal(cell.Amount)
		if cell.Amount.Abs().GreaterThan(cells[largest].Amount.Abs()) {
			largest = i
		}
	}
	units, _ := money.Settle(totals, digits)
	lines := make([]decimal.Decimal, len(cells))
	rest := posted.Amount
	for i := range units {
		lines[i] = money.FromUnits(units[i], digits)
		rest = rest.Sub(lines[i])
	}
	lines[largest] = lines[largest].Add(rest)
	return lines, nil
}
