package api

import (
	"cmp"
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// mostDays is how many of its days on record a tenant is shown at once.
const mostDays = 100

// anyState asks for anomalies whether they stand or were withdrawn.
const anyState = "all"

// DetectTenantAnomalies judges a tenant's month by its past: detect_cost_anomalies.
func (s *server) DetectTenantAnomalies(ctx context.Context, request DetectTenantAnomaliesRequestObject) (DetectTenantAnomaliesResponseObject, error) {
	query := allocation.AnomalyQuery{
		Book: cmp.Or(request.Params.Book, defaultBook), TenantID: request.TenantID,
		Lookback: request.Params.LookbackPeriods, Now: instant.Now(),
	}
	if request.Params.CurrentPeriodCost != "" {
		current, err := money.ParseDecimal(request.Params.CurrentPeriodCost)
		if err != nil {
			return nil, err
		}
		query.Current = &current
	}
	if request.Params.Period != "" {
		var err error
		if query.Period, err = period.Parse(request.Params.Period); err != nil {
			return nil, err
		}
	}
	service, err := s.costService(ctx, request.TenantID, query.Book)
	if err != nil {
		return nil, err
	}
	service.Tenants = directory(s.Inputs.tenants)
	found, err := service.DetectCostAnomalies(ctx, query)
	if err != nil {
		return nil, err
	}
	answer := DetectTenantAnomalies200JSONResponse{TenantID: request.TenantID, Items: []CostAnomaly{}, Days: []CostAnomaly{}}
	for _, one := range found {
		answer.Items = append(answer.Items, costwatch.Recorded{Book: query.Book, CostAnomaly: one})
	}
	// Whoever asks may see this tenant: costService refuses others.
	days, err := s.Anomalies.Anomalies(ctx, costwatch.Filter{Book: query.Book, TenantID: request.TenantID, State: allocation.AnomalyStanding}, costwatch.Position{}, mostDays)
	if err != nil {
		return nil, err
	}
	answer.Days = append(answer.Days, days...)
	return answer, nil
}

// directory is a function as a tenancy.Directory.
type directory func(context.Context) ([]tenancy.Tenant, error)

// Tenants implements tenancy.Directory.
func (d directory) Tenants(ctx context.Context) ([]tenancy.Tenant, error) { return d(ctx) }

// ListAnomalies lists what the watch over all tenants found.
func (s *server) ListAnomalies(ctx context.Context, request ListAnomaliesRequestObject) (ListAnomaliesResponseObject, error) {
	filter := costwatch.Filter{Book: request.Params.Book, TenantID: request.Params.Tenant}
	if wanted := cmp.Or(request.Params.State, string(allocation.AnomalyStanding)); wanted != anyState {
		filter.State = allocation.AnomalyState(wanted)
	}
	if request.Params.MinImpact != "" {
		var err error
		if filter.MinImpact, err = money.ParseDecimal(request.Params.MinImpact); err != nil {
			return nil, err
		}
	}
	listing := fmt.Sprintf("anomalies %q", []string{filter.Book, filter.TenantID, filter.MinImpact.String(), string(filter.State)})
	var after costwatch.Position
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	limit := limitOr(request.Params.Limit)
	found, err := s.Anomalies.Anomalies(ctx, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	page := ListAnomalies200JSONResponse{Items: []CostAnomaly{}}
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		position := costwatch.Position{Day: last.PeriodStart, ID: last.AnomalyID, Book: last.Book}
		if page.NextCursor, err = encodeCursor(listing, position); err != nil {
			return nil, err
		}
	}
	page.Items = append(page.Items, found...)
	return page, nil
}
