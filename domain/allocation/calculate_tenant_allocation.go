package allocation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// TenantQuery asks what a tenant bears.
type TenantQuery struct {
	TenantID    string
	From, Until time.Time
	// Rules replace the stored rules of all pools; empty means the stored ones. The mapping is always
	// the stored one.
	Rules []AllocationRule
	// By is ByCategory where it is empty.
	By Breakdown
}

// CalculateTenantAllocation allocates every charge of a period and returns what one tenant bears of
// it, directly and of shared pools, with an exact breakdown. An unknown tenant is a NotFound error,
// a period that is none or rules that do not fit together an InvalidInput error.
func (s *CostAllocationService) CalculateTenantAllocation(ctx context.Context, query TenantQuery) (CostAllocationResult, error) {
	span, err := checkPeriod(query.From, query.Until)
	if err != nil {
		return CostAllocationResult{}, err
	}
	roster, err := s.roster(ctx)
	if err != nil {
		return CostAllocationResult{}, err
	}
	if _, known := roster.Place(query.TenantID); !known {
		return CostAllocationResult{}, fault.New(fault.NotFound, "there is no tenant %.140q", query.TenantID)
	}
	details, err := newDetails(query)
	if err != nil {
		return CostAllocationResult{}, err
	}
	result, err := s.allocate(ctx, query, span, roster, details)
	if err != nil {
		return CostAllocationResult{}, err
	}
	return s.tenantResult(query, result, details), nil
}

// allocate runs the engine on all charges and usage of the span.
func (s *CostAllocationService) allocate(ctx context.Context, query TenantQuery, span Span, roster *Roster, details *details) (*Result, error) {
	rules, err := s.rulesFor(ctx, query)
	if err != nil {
		return nil, err
	}
	records, err := s.Ownership.Ownership(ctx)
	if err != nil {
		return nil, err
	}
	if details.owners, err = NewOwners(records); err != nil {
		return nil, err
	}
	bill, err := NewBill(BillOptions{
		Rules: rules, Roster: roster, Owners: details.owners, Span: span, Basis: s.Basis, OnPart: details.add,
	})
	if err != nil {
		return nil, err
	}
	err = s.Charges.Charges(ctx, query.From, query.Until, func(next *charge.Charge) error {
		if next.Currency != s.Currency {
			return nil
		}
		return bill.Add(next)
	})
	if err != nil {
		return nil, err
	}
	usage := NewUsage(roster, rules, span)
	if err := s.Usage.Usage(ctx, query.From, query.Until, usage.Add); err != nil {
		return nil, err
	}
	return bill.Allocate(usage)
}

// rulesFor returns the stored rules of the period, with the query's own in place of those of pools.
func (s *CostAllocationService) rulesFor(ctx context.Context, query TenantQuery) (RuleSet, error) {
	stored, err := s.Rules.Active(ctx, query.From, query.Until)
	if err != nil {
		return RuleSet{}, err
	}
	if len(query.Rules) == 0 {
		return NewRuleSet(stored)
	}
	var versions []RuleVersion
	for _, version := range stored {
		if version.Kind == RuleKindMapping {
			versions = append(versions, version)
		}
	}
	for i, rule := range query.Rules {
		version, err := NewPoolVersion(fmt.Sprintf("query-%d", i+1), 1, rule, "", time.Time{})
		if err != nil {
			return RuleSet{}, err
		}
		versions = append(versions, version)
	}
	return NewRuleSet(versions)
}

// tenantResult gathers one tenant's cells.
func (s *CostAllocationService) tenantResult(query TenantQuery, result *Result, details *details) CostAllocationResult {
	allocated := CostAllocationResult{
		AllocationID: newID(), TenantID: query.TenantID, Currency: s.Currency,
		PeriodStart: query.From.UTC(), PeriodEnd: query.Until.UTC(),
		Breakdown: details.breakdown(),
		AllocationMetadata: map[string]string{
			"allocation_version": result.Version, "cost_basis": string(result.Basis), "drivers": result.Drivers,
		},
	}
	for i := range result.Pools {
		pool := &result.Pools[i]
		for cell := range pool.Cells() {
			if cell.Account != query.TenantID {
				continue
			}
			allocated.TotalAllocated = allocated.TotalAllocated.Add(cell.Amount)
			if key, counts := details.poolKey(pool); counts {
				allocated.Breakdown[key] = allocated.Breakdown[key].Add(cell.Amount)
			}
		}
		for _, part := range pool.Parts {
			if part.Fallback != "" {
				allocated.AllocationMetadata["fallback:"+pool.Pool] = part.Fallback
			}
		}
	}
	versions := make([]string, len(result.Rules))
	for i, version := range result.Rules {
		versions[i] = fmt.Sprintf("%s@%d", version.RuleID, version.Version)
	}
	allocated.AllocationMetadata["rules"] = strings.Join(versions, " ")
	return allocated
}
