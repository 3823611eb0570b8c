package api

import (
	"cmp"
	"context"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

const (
	// defaultBook is the book of requests that name none.
	defaultBook = "main"
	// longestRange bounds the months of one request.
	longestRange = 60
)

// GetTenantAllocations shows what a tenant owes for published periods: calculate_tenant_allocation
// on what was approved, or anew on the same inputs where another breakdown or other rules are asked
// for.
func (s *server) GetTenantAllocations(ctx context.Context, request GetTenantAllocationsRequestObject) (GetTenantAllocationsResponseObject, error) {
	months, err := monthsBetween(request.Params.From, request.Params.To)
	if err != nil {
		return nil, err
	}
	// A tenant that left the directory is still found by what it was charged.
	unknown := s.checkTenant(ctx, request.TenantID)
	if unknown != nil && (!fault.Is(unknown, fault.NotFound) || actorOf(ctx).Has(approval.RoleTenant)) {
		return nil, unknown
	}
	end, err := s.beginBreakdown(ctx, request.TenantID, request.Params, len(months))
	if err != nil {
		return nil, err
	}
	defer end()
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
		results, err := s.tenantResults(ctx, status, request.TenantID, request.Params)
		if err != nil {
			return nil, err
		}
		answer.Items = append(answer.Items, results...)
	}
	if unknown != nil && len(answer.Items) == 0 {
		return nil, unknown
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
	known, err := s.Inputs.knows(ctx, tenantID)
	if err == nil && !known {
		return missing
	}
	return err
}

// monthsBetween lists the months of a range. An end that is an instant is where the last month ends;
// one that is a month is the last month itself.
func monthsBetween(first, last string) ([]period.Period, error) {
	from, err := period.Parse(first[:len("2006-01")])
	if err != nil {
		return nil, err
	}
	to := from
	if last != "" {
		if to, err = period.Parse(last[:len("2006-01")]); err != nil {
			return nil, err
		}
		if len(last) > len("2006-01") {
			to = to.Previous()
		}
	}
	if to.Before(from) {
		return nil, fault.Invalid(parameterPrefix+"query to", "no month lies between from %s and to %s", first, last)
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

// tenantResults shows a tenant's part of a published month, one result per currency.
func (s *server) tenantResults(ctx context.Context, status closing.Status, tenantID string, asked GetTenantAllocationsParams) ([]TenantAllocation, error) {
	published, attempt, err := s.publishedResults(ctx, status, tenantID)
	if err != nil || len(published) == 0 {
		return nil, err
	}
	if !asked.anew() {
		return published, nil
	}
	recalculated, err := s.recalculate(ctx, closing.AttemptRef{Book: status.Book, Period: status.Period, Attempt: attempt}, tenantID, asked)
	if err != nil {
		return nil, withoutNames(ctx, err)
	}
	for i := range published {
		if err := recalculated.into(ctx, &published[i]); err != nil {
			return nil, withoutNames(ctx, err)
		}
	}
	return published, nil
}
