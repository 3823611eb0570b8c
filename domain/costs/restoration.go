package costs

import (
	"context"
	"iter"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// Restore computes the cells of a stored result again from what its charges came to, which is far less
// to read than the charges; see allocation.Bill.Restore. restored is false, and nothing was read of
// sums, where a rule changes within the period: then Run has to read the charges.
func (c Calculation) Restore(ctx context.Context, sums iter.Seq2[allocation.PlacedSum, error]) (result *allocation.Result, restored bool, err error) {
	tenants, err := c.Inputs.Tenants(ctx, c.Ref)
	if err != nil {
		return nil, false, err
	}
	roster, err := allocation.NewRoster(tenants)
	if err != nil {
		return nil, false, err
	}
	span := allocation.SpanOf(c.Ref.Period)
	bill, err := allocation.NewBill(allocation.BillOptions{Rules: c.Rules, Roster: roster, Span: span, Basis: c.Basis})
	if err != nil || bill.NeedsDates() {
		return nil, false, err
	}
	for sum, err := range sums {
		if err == nil {
			err = bill.Restore(sum)
		}
		if err != nil {
			return nil, false, err
		}
	}
	usage, err := c.usage(ctx, roster)
	if err != nil {
		return nil, false, err
	}
	result, err = bill.Allocate(usage)
	return result, err == nil, err
}
