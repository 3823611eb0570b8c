package allocation

import (
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Owners answers who owned a resource at an instant. The zero value knows no resource. It is never
// changed once made and may be shared between goroutines.
type Owners struct {
	history map[string][]tenancy.Ownership
}

// NewOwners orders owner histories. A resource with two owners at once, or with one whose time ends
// before it begins, is an InvalidInput error.
func NewOwners(records []tenancy.Ownership) (Owners, error) {
	owners := Owners{history: make(map[string][]tenancy.Ownership, len(records))}
	for _, record := range records {
		if !record.Until.IsZero() && record.Until.Before(record.From) {
			return Owners{}, fault.New(fault.InvalidInput, "resource %.140q belongs to %q from %s, which is after the end %s",
				record.ResourceID, record.TenantID, record.From.UTC().Format(time.RFC3339), record.Until.UTC().Format(time.RFC3339))
		}
		owners.history[record.ResourceID] = append(owners.history[record.ResourceID], record)
	}
	for resource, history := range owners.history {
		slices.SortStableFunc(history, func(a, b tenancy.Ownership) int { return a.From.Compare(b.From) })
		for i := 1; i < len(history); i++ {
			if until := history[i-1].Until; until.IsZero() || until.After(history[i].From) {
				return Owners{}, fault.New(fault.InvalidInput, "resource %.140q belongs to both %q and %q at %s",
					resource, history[i-1].TenantID, history[i].TenantID, history[i].From.UTC().Format(time.RFC3339))
			}
		}
	}
	return owners, nil
}

// Known reports whether the resource has an owner history at all.
func (o Owners) Known(resource string) bool { return len(o.history[resource]) > 0 }

// At returns the record in force at an instant, or false where nobody owned the resource then.
func (o Owners) At(resource string, instant time.Time) (tenancy.Ownership, bool) {
	for _, record := range o.history[resource] {
		if !instant.Before(record.From) && (record.Until.IsZero() || instant.Before(record.Until)) {
			return record, record.TenantID != ""
		}
	}
	return tenancy.Ownership{}, false
}

// changes appends the instants at which the resource's owner changes.
func (o Owners) changes(resource string, into []time.Time) []time.Time {
	for _, record := range o.history[resource] {
		into = append(into, record.From)
		if !record.Until.IsZero() {
			into = append(into, record.Until)
		}
	}
	return into
}
