// Package tenancy holds who is charged: tenants, their plans and the time in which they exist.
package tenancy

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Plan is a tenant's price plan.
type Plan string

// The plans, from the smallest to the largest.
const (
	PlanFree       Plan = "free"
	PlanStandard   Plan = "standard"
	PlanPremium    Plan = "premium"
	PlanEnterprise Plan = "enterprise"
)

// Tenant is one customer or internal team that costs are charged to. Zero times mean without
// beginning or without end; the tenant exists from ActiveFrom (included) to ActiveUntil (excluded).
type Tenant struct {
	ID          string          `json:"tenant_id"`
	Name        string          `json:"name,omitempty"`
	Plan        Plan            `json:"plan"`
	ActiveFrom  time.Time       `json:"active_from,omitzero"`
	ActiveUntil time.Time       `json:"active_until,omitzero"`
	Weight      decimal.Decimal `json:"weight"`
	GLAccount   string          `json:"gl_account,omitempty"`
	CostCentre  string          `json:"cost_centre,omitempty"`
}

var identifier = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)

// CheckID returns an InvalidInput error unless id is an opaque id, made of 1 to 128
// letters, digits, dots, underscores and hyphens.
func CheckID(id string) error {
	if !identifier.MatchString(id) {
		return fault.New(fault.InvalidInput, "id %.140q is not made of 1 to 128 of the characters A-Z a-z 0-9 . _ -", id)
	}
	return nil
}

// ParsePlan reads a plan's name. Anything unknown is an InvalidInput error.
func ParsePlan(name string) (Plan, error) {
	switch plan := Plan(name); plan {
	case PlanFree, PlanStandard, PlanPremium, PlanEnterprise:
		return plan, nil
	default:
		return "", fault.New(fault.InvalidInput, "plan %q is none of free, standard, premium, enterprise", name)
	}
}

// Directory lists tenants. Implementations page internally and return every tenant that ever
// existed, ordered by id in byte order; they return an Unavailable or Upstream error when the
// service behind them fails.
type Directory interface {
	Tenants(ctx context.Context) ([]Tenant, error)
}

// SortedIDs returns the ids of tenants in byte order.
func SortedIDs(tenants []Tenant) []string {
	ids := make([]string, len(tenants))
	for i, tenant := range tenants {
		ids[i] = tenant.ID
	}
	slices.Sort(ids)
	return ids
}
