package api

import (
	"context"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// recalculation allocates the frozen inputs of one attempt anew, per currency. The engine asks for
// spans of time; what was frozen is one period, whatever the span.
type recalculation struct {
	allocation.RuleStore
	inputs intake.FrozenInputs
	ref    closing.AttemptRef
	rules  []allocation.RuleVersion
	basis  allocation.CostBasis
	query  allocation.TenantQuery
}

// recalculate prepares to calculate a tenant's part of an attempt by another breakdown or by other
// rules than the frozen ones.
func (s *server) recalculate(ctx context.Context, ref closing.AttemptRef, tenantID string, asked GetTenantAllocationsParams) (*recalculation, error) {
	manifest, err := s.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	prepared := &recalculation{
		inputs: s.Frozen, ref: ref, basis: allocation.CostBasis(manifest.Basis),
		query: allocation.TenantQuery{TenantID: tenantID, From: ref.Period.Start(), Until: ref.Period.End(), By: asked.By},
	}
	if prepared.rules, err = s.frozenRules(ctx, ref); err != nil {
		return nil, err
	}
	if asked.Rules == "" {
		return prepared, nil
	}
	for _, id := range strings.Split(asked.Rules, ",") {
		version, err := s.Rules.Version(ctx, id, 0)
		if err != nil {
			return nil, err
		}
		if version.Pool == nil {
			return nil, fault.Invalid(parameterPrefix+"query rules", "rule %s is a mapping; name rules of pools", id)
		}
		prepared.query.Rules = append(prepared.query.Rules, *version.Pool)
	}
	return prepared, nil
}

// into replaces the amounts of a published result in one currency by those calculated anew.
func (r *recalculation) into(ctx context.Context, result *TenantAllocation) error {
	service := &allocation.CostAllocationService{
		Tenants: r, Rules: r, Charges: r, Usage: r, Ownership: r, Currency: result.Currency, Basis: r.basis,
	}
	allocated, err := service.CalculateTenantAllocation(ctx, r.query)
	if err != nil {
		return err
	}
	if len(r.query.Rules) == 0 && !allocated.TotalAllocated.Equal(result.TotalAllocated) {
		return fault.New(fault.Tampered, "what was frozen for %s no longer gives the published total of %s: it gives %s %s, published are %s; have the ledger verified",
			r.ref.Period, result.TenantID, allocated.TotalAllocated, result.Currency, result.TotalAllocated)
	}
	result.Breakdown, result.TotalAllocated = allocated.Breakdown, allocated.TotalAllocated
	if len(r.query.Rules) > 0 {
		// What was never approved has no hash, no notes and no amounts by pool that anyone published.
		result.AllocationMetadata = map[string]string{
			"manifest_hash": result.AllocationMetadata["manifest_hash"], "period_by": result.AllocationMetadata["period_by"],
		}
		result.AllocationID, result.Pools = allocated.AllocationID, nil
	}
	for name, value := range allocated.AllocationMetadata {
		result.AllocationMetadata[name] = value
	}
	return nil
}

// Tenants implements tenancy.Directory.
func (r *recalculation) Tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	return r.inputs.Tenants(ctx, r.ref)
}

// Ownership implements allocation.OwnershipSource.
func (r *recalculation) Ownership(ctx context.Context) ([]tenancy.Ownership, error) {
	return r.inputs.Ownership(ctx, r.ref)
}

// Charges implements allocation.ChargeSource.
func (r *recalculation) Charges(ctx context.Context, _, _ time.Time, add func(*charge.Charge) error) error {
	return r.inputs.Charges(ctx, r.ref, add)
}

// Usage implements allocation.UsageSource.
func (r *recalculation) Usage(ctx context.Context, _, _ time.Time, add func(charge.Usage) error) error {
	return r.inputs.Usage(ctx, r.ref, func(line *charge.Usage) error { return add(*line) })
}

// Active implements the part of allocation.RuleStore that the engine asks.
func (r *recalculation) Active(context.Context, time.Time, time.Time) ([]allocation.RuleVersion, error) {
	return r.rules, nil
}
