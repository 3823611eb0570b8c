package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

const (
	// defaultBook is the book of requests that name none.
	defaultBook = "main"
	// longestRange bounds the months of one request, tenantCells the cells of one month: a tenant
	// has one per pool and currency.
	longestRange = 60
	tenantCells  = 10_000
)

// GetTenantAllocations shows what a tenant owes for published periods: calculate_tenant_allocation
// on what was approved.
func (s *server) GetTenantAllocations(ctx context.Context, request GetTenantAllocationsRequestObject) (GetTenantAllocationsResponseObject, error) {
	months, err := monthsBetween(request.Params.From, request.Params.To)
	if err != nil {
		return nil, err
	}
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	book := cmp.Or(request.Params.Book, defaultBook)
	answer := GetTenantAllocations200JSONResponse{TenantID: request.TenantID, Items: []TenantAllocation{}}
	for _, month := range months {
		status, err := s.Periods.Period(ctx, book, month)
		if err != nil {
			return nil, err
		}
		if status.Revision == 0 {
			continue
		}
		results, err := s.tenantResults(ctx, status, request.TenantID)
		if err != nil {
			return nil, err
		}
		answer.Items = append(answer.Items, results...)
	}
	return answer, nil
}

// checkTenant answers a foreign tenant like one that does not exist.
func (s *server) checkTenant(ctx context.Context, tenantID string) error {
	missing := fault.New(fault.NotFound, "there is no such tenant")
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) {
		if actor.TenantID != tenantID {
			return missing
		}
		return nil
	}
	tenants, err := s.Inputs.tenants(ctx)
	if err != nil {
		return err
	}
	for _, tenant := range tenants {
		if tenant.ID == tenantID {
			return nil
		}
	}
	return missing
}

func monthsBetween(first, last string) ([]period.Period, error) {
	from, err := period.Parse(first)
	if err != nil {
		return nil, err
	}
	to, err := period.Parse(cmp.Or(last, first))
	if err != nil {
		return nil, err
	}
	if to.Before(from) {
		return nil, fault.Invalid(parameterPrefix+"query to", "to %s lies before from %s", to, from)
	}
	var months []period.Period
	for month := from; !to.Before(month); month = month.Next() {
		if len(months) == longestRange {
			return nil, fault.Invalid(parameterPrefix+"query to", "a request covers at most %d months; ask for several", longestRange)
		}
		months = append(months, month)
	}
	return months, nil
}

// tenantResults sums a tenant's cells of a published month by category and pool, per currency.
func (s *server) tenantResults(ctx context.Context, status closing.Status, tenantID string) ([]TenantAllocation, error) {
	filter := ledger.Filter{Book: status.Book, Period: status.Period, Revision: status.Revision, Account: tenantID}
	var cells []ledger.Cell
	err := s.readLedger(ctx, func(store ledger.Store) (err error) {
		cells, err = store.Cells(ctx, filter, ledger.Position{}, tenantCells)
		return err
	})
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	categories, err := s.poolCategories(ctx, closing.AttemptRef{Book: status.Book, Period: status.Period, Attempt: cells[0].Attempt})
	if err != nil {
		return nil, err
	}
	results := map[string]*TenantAllocation{}
	for _, cell := range cells {
		result := results[cell.Currency]
		if result == nil {
			result = newTenantAllocation(status, tenantID, cell.Currency)
			results[cell.Currency] = result
		}
		category := string(categories.of(cell.Pool))
		result.Breakdown[category] = result.Breakdown[category].Add(cell.Amount)
		result.Pools[cell.Pool] = result.Pools[cell.Pool].Add(cell.Amount)
		result.TotalAllocated = result.TotalAllocated.Add(cell.Amount)
	}
	sorted := make([]TenantAllocation, 0, len(results))
	for _, result := range results {
		sorted = append(sorted, *result)
	}
	slices.SortFunc(sorted, func(a, b TenantAllocation) int { return strings.Compare(a.Currency, b.Currency) })
	return sorted, nil
}

func newTenantAllocation(status closing.Status, tenantID, currency string) *TenantAllocation {
	return &TenantAllocation{
		AllocationID: fmt.Sprintf("%s.%s.%d.%s.%s", status.Book, status.Period, status.Revision, currency, tenantID),
		TenantID:     tenantID,
		Book:         status.Book,
		Period:       status.Period,
		PeriodStart:  status.Period.Start(),
		PeriodEnd:    status.Period.End(),
		Currency:     currency,
		Revision:     status.Revision,
		Breakdown:    map[string]decimal.Decimal{},
		Pools:        map[string]decimal.Decimal{},
		AllocationMetadata: map[string]string{
			"allocation_version": allocation.Version,
			"result_hash":        status.ResultHash,
			"manifest_hash":      status.ManifestHash,
		},
	}
}

// poolCategories says which cost category a pool belongs to.
type poolCategories map[string]allocation.CostCategory

// of returns the category of a pool: that of its rule, and for direct charges the one in its name.
func (c poolCategories) of(pool string) allocation.CostCategory {
	if name, direct := strings.CutPrefix(pool, "direct:"); direct {
		return allocation.CostCategory(name)
	}
	if category, known := c[pool]; known {
		return category
	}
	return allocation.CategoryShared
}

func (s *server) poolCategories(ctx context.Context, ref closing.AttemptRef) (poolCategories, error) {
	manifest, err := s.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	categories := poolCategories{}
	for _, frozen := range manifest.Rules {
		version, err := s.Rules.Version(ctx, frozen.RuleID, frozen.Version)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "version %d of rule %s, which the close froze, cannot be read", frozen.Version, frozen.RuleID)
		}
		if version.Pool != nil {
			categories[version.Pool.PoolID] = version.Pool.Category
		}
	}
	return categories, nil
}
