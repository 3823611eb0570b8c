package allocation

import "slices"

// NoteKind says what a note is about.
type NoteKind string

// What a reader of the cells could not guess, in the order in which notes are listed.
const (
	// NoteDrivers: the pool was split by the tenants' direct cost, as there was no usage.
	NoteDrivers NoteKind = "drivers"
	// NoteFallback: no tenant had a share; Value is FallbackEqual or FallbackResidual.
	NoteFallback NoteKind = "fallback"
	// NoteClamped: a tenant's total of a category, Value, was below zero and counted as zero.
	NoteClamped NoteKind = "clamped_driver"
	// NoteLeftOut: a tenant's usage was left out, as the tenant was active at no time of the period.
	NoteLeftOut NoteKind = "inactive_usage"
)

// Note is something that happened while a bill was split. Fields that do not apply are empty.
type Note struct {
	Kind     NoteKind
	Pool     string
	TenantID string
	Category CostCategory
	Value    string
}

// Notes returns the first of what is to be noted about a currency, at most limit, and how many notes
// there are. The same result gives the same notes in the same order: that of pools and parts, then
// of the kinds, of categories and of tenants.
func (r *Result) Notes(currency string, limit int) (notes []Note, count int) {
	add := func(note Note) {
		if count++; len(notes) < limit {
			notes = append(notes, note)
		}
	}
	for i := range r.Pools {
		pool := &r.Pools[i]
		if pool.Currency != currency {
			continue
		}
		for j := range pool.Parts {
			r.notePart(pool, &pool.Parts[j], add)
		}
	}
	for _, tenant := range r.leftOut {
		add(Note{Kind: NoteLeftOut, TenantID: tenant})
	}
	return notes, count
}

func (r *Result) notePart(pool *PoolResult, part *Part, add func(Note)) {
	if r.Drivers == DriversDirectCost && part.Rule.Pool.Strategy == StrategyProportional {
		add(Note{Kind: NoteDrivers, Pool: pool.Pool, Value: DriversDirectCost})
	}
	if part.Fallback != "" {
		add(Note{Kind: NoteFallback, Pool: pool.Pool, Value: part.Fallback})
	}
	for _, driver := range part.Clamped {
		add(Note{
			Kind: NoteClamped, Pool: pool.Pool, TenantID: driver.TenantID, Category: driver.Category,
			Value: quantityText(driver.Total),
		})
	}
}

// LeftOut lists the tenants whose lines were left out, as they are active at no time of the span, in
// byte order of id. There is none in no usage.
func (u *Usage) LeftOut() []string {
	if u == nil {
		return nil
	}
	var ids []string
	for place := range u.leftOut {
		ids = append(ids, u.roster.Tenant(place).ID)
	}
	slices.Sort(ids)
	return ids
}
