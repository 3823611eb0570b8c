package intake

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
)

// serviceSource is one kind of rows that a service lists in pages.
type serviceSource struct {
	kind Kind
	// always is the key of the one slice that there is even if the service lists nothing.
	always *SliceKey
	page   func(ctx context.Context, cursor string) (servicePage, error)
}

// servicePage is a page of rows; total is how many there are in all, zero where unknown.
type servicePage struct {
	rows  []Row
	next  string
	total int64
}

// sources lists what is collected for a month. Tenants come first, as everything else refers to them.
func (c *Collector) sources(month period.Period) []serviceSource {
	sources := []serviceSource{
		{KindTenants, &SliceKey{Kind: KindTenants}, func(ctx context.Context, _ string) (servicePage, error) {
			tenants, err := c.Tenants.Tenants(ctx)
			return pageOf(tenants, "", int64(len(tenants)), TenantRow), err
		}},
		{KindCharges, nil, func(ctx context.Context, cursor string) (servicePage, error) {
			page, err := c.Billing.Charges(ctx, month, cursor)
			return pageOf(page.Charges, page.Next, page.Total, ChargeRow), err
		}},
		{KindInvoices, nil, func(ctx context.Context, _ string) (servicePage, error) {
			totals, err := c.Billing.ControlTotals(ctx, month)
			return pageOf(totals, "", int64(len(totals)), inMonth(month, ControlTotalRow)), err
		}},
		{KindUsage, &SliceKey{Kind: KindUsage, Period: month}, func(ctx context.Context, cursor string) (servicePage, error) {
			page, err := c.Compute.Usage(ctx, month, cursor)
			return pageOf(page.Usage, page.Next, page.Total, inMonth(month, UsageRow)), err
		}},
		{KindOwnership, &SliceKey{Kind: KindOwnership}, func(ctx context.Context, cursor string) (servicePage, error) {
			page, err := c.Compute.Ownership(ctx, cursor)
			return pageOf(page.Ownership, page.Next, page.Total, OwnershipRow), err
		}},
	}
	if c.Rates != nil {
		sources = append(sources, serviceSource{KindRates, nil, func(ctx context.Context, _ string) (servicePage, error) {
			rates, err := c.Rates.ExchangeRates(ctx, month)
			return pageOf(rates, "", int64(len(rates)), inMonth(month, RateRow)), err
		}})
	}
	return sources
}

// inMonth makes rows of items that do not carry their month themselves: they were asked for by month.
func inMonth[Item any](month period.Period, row func(*Item, period.Period) Row) func(*Item) Row {
	return func(item *Item) Row { return row(item, month) }
}

// pageOf makes rows that point into the page's own items, so that nothing is copied.
func pageOf[Item any](items []Item, next string, total int64, row func(*Item) Row) servicePage {
	page := servicePage{rows: make([]Row, len(items)), next: next, total: total}
	for i := range items {
		page.rows[i] = row(&items[i])
	}
	return page
}

// numberCharges gives charges their place in the delivery.
func numberCharges(rows []Row, before int64) {
	for i, row := range rows {
		if charged, ok := row.Record.(*charge.Charge); ok {
			charged.SourceRow = before + int64(i) + 1
		}
	}
}

// rowsOf yields what was gathered; it has no errors of its own.
func rowsOf(list []Row) Rows {
	return func(yield func(Row, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
}
