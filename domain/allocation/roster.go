package allocation

import (
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Roster is the set of tenants among whom cost is split, in byte order of id. It is never changed
// once made and may be shared between goroutines.
type Roster struct {
	tenants []tenancy.Tenant
	table   idTable
}

// NewRoster returns a roster of tenants in any order. A tenant listed twice, an unusable id, an
// unknown plan, a negative weight and a beginning after the end are InvalidInput errors. A tenant
// may be without a plan as long as no pool is split by plan.
func NewRoster(tenants []tenancy.Tenant) (*Roster, error) {
	sorted := slices.Clone(tenants)
	slices.SortFunc(sorted, func(a, b tenancy.Tenant) int { return strings.Compare(a.ID, b.ID) })
	ids := make([]string, len(sorted))
	for i, tenant := range sorted {
		if err := checkTenant(tenant); err != nil {
			return nil, err
		}
		if i > 0 && ids[i-1] == tenant.ID {
			return nil, fault.New(fault.InvalidInput, "tenant %q is listed twice", tenant.ID)
		}
		ids[i] = tenant.ID
	}
	return &Roster{tenants: sorted, table: newIDTable(ids)}, nil
}

func checkTenant(tenant tenancy.Tenant) error {
	if err := tenancy.CheckID(tenant.ID); err != nil {
		return err
	}
	if tenant.Plan != "" {
		if _, err := tenancy.ParsePlan(string(tenant.Plan)); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "tenant %q has an unknown plan", tenant.ID)
		}
	}
	if tenant.Weight.IsNegative() {
		return fault.New(fault.InvalidInput, "tenant %q has the negative weight %s", tenant.ID, tenant.Weight)
	}
	if !tenant.ActiveFrom.IsZero() && !tenant.ActiveUntil.IsZero() && tenant.ActiveFrom.After(tenant.ActiveUntil) {
		return fault.New(fault.InvalidInput, "tenant %q is active from %s, which is after its end %s", tenant.ID,
			tenant.ActiveFrom.UTC().Format(time.RFC3339), tenant.ActiveUntil.UTC().Format(time.RFC3339))
	}
	return nil
}

// Len returns the number of tenants.
func (r *Roster) Len() int { return len(r.tenants) }

// Tenant returns a tenant by its place in byte order of id.
func (r *Roster) Tenant(place int) tenancy.Tenant { return r.tenants[place] }

// Place returns a tenant's place, or false for a tenant that is not listed.
func (r *Roster) Place(id string) (int, bool) { return find(&r.table, id) }

// PlaceOf is Place for an id that is still part of a buffer; it does not copy it.
func (r *Roster) PlaceOf(id []byte) (int, bool) { return find(&r.table, id) }

// Dated reports whether any tenant has a beginning or an end.
func (r *Roster) Dated() bool {
	return slices.ContainsFunc(r.tenants, func(t tenancy.Tenant) bool {
		return !t.ActiveFrom.IsZero() || !t.ActiveUntil.IsZero()
	})
}

// inactive says, by place, which tenants are active at no time of a span; nil where there are none.
func (r *Roster) inactive(span Span) []bool {
	if span.IsZero() || !r.Dated() {
		return nil
	}
	var inactive []bool
	for i, tenant := range r.tenants {
		if span.inside(tenant.ActiveFrom, tenant.ActiveUntil) > 0 {
			continue
		}
		if inactive == nil {
			inactive = make([]bool, len(r.tenants))
		}
		inactive[i] = true
	}
	return inactive
}

// activity returns, per tenant, the nanoseconds of the span in which it was active; 1 for every
// tenant where the span is all time.
func (r *Roster) activity(span Span) []*big.Int {
	active := make([]*big.Int, len(r.tenants))
	for i, tenant := range r.tenants {
		if span.IsZero() {
			active[i] = big.NewInt(1)
			continue
		}
		active[i] = big.NewInt(span.inside(tenant.ActiveFrom, tenant.ActiveUntil))
	}
	return active
}
