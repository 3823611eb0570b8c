package api

import (
	"cmp"
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/period"
)

// usualPeriods is how many periods a history has where the request does not say.
const usualPeriods = 12

// GetTenantCosts shows what a tenant bore in past periods: get_historical_costs.
func (s *server) GetTenantCosts(ctx context.Context, request GetTenantCostsRequestObject) (GetTenantCostsResponseObject, error) {
	now := time.Now()
	until := now
	if request.Params.Until != "" {
		var err error
		if until, err = boundary("until", request.Params.Until, period.Period.End); err != nil {
			return nil, err
		}
	}
	query := allocation.HistoryQuery{
		Book: cmp.Or(request.Params.Book, defaultBook), TenantID: request.TenantID, Until: until, Now: now,
		Periods: cmp.Or(request.Params.Periods, usualPeriods), Granularity: cmp.Or(request.Params.Granularity, allocation.Monthly),
	}
	service, err := s.costService(ctx, request.TenantID, query.Book)
	if err != nil {
		return nil, err
	}
	rows, err := service.GetHistoricalCosts(ctx, query)
	if err != nil {
		return nil, err
	}
	answer := GetTenantCosts200JSONResponse{
		TenantID: query.TenantID, Book: query.Book, Granularity: query.Granularity, Currency: service.Currency, Items: []TenantCost{},
	}
	for _, row := range rows {
		answer.Items = append(answer.Items, TenantCost{
			AllocationID: row.AllocationID, PeriodStart: row.PeriodStart, PeriodEnd: row.PeriodEnd, Breakdown: row.Breakdown,
			TotalAllocated: row.TotalAllocated, Provisional: row.Provisional, Known: row.Known, AllocationMetadata: row.AllocationMetadata,
		})
	}
	return answer, nil
}

// GetTenantCostsByTags sums what a tenant bore by tags: get_cost_by_tags.
func (s *server) GetTenantCostsByTags(ctx context.Context, request GetTenantCostsByTagsRequestObject) (GetTenantCostsByTagsResponseObject, error) {
	asked := *request.Body
	from, until, err := daysBetween(asked.From, asked.To)
	if err != nil {
		return nil, err
	}
	query := allocation.TagQuery{
		Book: cmp.Or(asked.Book, defaultBook), TenantID: request.TenantID, From: from, Until: until,
		Tags: asked.Tags, GroupBy: asked.GroupBy,
	}
	service, err := s.costService(ctx, request.TenantID, query.Book)
	if err != nil {
		return nil, err
	}
	costs, err := service.GetCostByTags(ctx, query)
	if err != nil {
		return nil, err
	}
	return GetTenantCostsByTags200JSONResponse{
		TenantID: query.TenantID, Book: query.Book, PeriodStart: query.From, PeriodEnd: query.Until,
		Currency: costs.Currency, Groups: costs.Groups, Combinations: costs.Combinations, Total: costs.Total, Shared: costs.Shared,
		Spellings: costs.Spellings, OtherCurrencies: costs.OtherCurrencies, Provisional: costs.Provisional,
		UnknownMonths: costs.UnknownMonths,
	}, nil
}

// costService answers questions about a tenant's costs in a book's currency, as the caller may see
// them: to a tenant PostgreSQL itself shows nothing of others.
func (s *server) costService(ctx context.Context, tenantID, bookID string) (*allocation.CostAllocationService, error) {
	if err := s.checkTenant(ctx, tenantID); err != nil {
		return nil, err
	}
	book, err := s.Periods.Book(ctx, bookID)
	if err != nil {
		return nil, err
	}
	service := &allocation.CostAllocationService{Currency: book.Currency, Costs: s.Costs("")}
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) {
		service.Costs = s.Costs(actor.TenantID)
	}
	return service, nil
}
