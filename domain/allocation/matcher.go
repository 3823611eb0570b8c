package allocation

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// matcher tries the entries of the mappings in effect at one time on charges, mapping after mapping.
// What it decided on once for the same values in every column that the mappings look at, it looks up
// from then on, so that a bill of millions of rows costs a look-up per row. It is not safe for
// concurrent use.
type matcher struct {
	entries []compiledEntry
	columns []func(*charge.Charge) string
	tags    []string
	known   map[string]decision
	key     []byte
}

// compiledEntry is an entry with its template parsed.
type compiledEntry struct {
	MappingEntry
	template template
	// byOwner says that the tenant depends on time as well, and is found row by row.
	byOwner bool
}

// decision is where a row goes: to the entry at a place, or nowhere (place −1). tenant is filled in
// for entries that lead to a tenant without looking at owners.
type decision struct {
	place  int
	tenant string
}

// rememberedDecisions bounds the memory of a matcher whose mappings look at columns that are
// different in every row.
const rememberedDecisions = 1 << 17

// newMatcher prepares mappings in the order in which they are tried. roster, where not nil, says
// which tenants there are; a plain tenant id that is not among them is an InvalidInput error.
func newMatcher(mappings []RuleVersion, roster *Roster) (*matcher, error) {
	m := &matcher{known: make(map[string]decision)}
	for _, version := range mappings {
		if err := m.add(*version.Mapping, roster); err != nil {
			return nil, RuleSet{mappings: mappings}.inMapping(version, err)
		}
	}
	m.collectColumns()
	return m, nil
}

// add appends the entries of one mapping.
func (m *matcher) add(mapping Mapping, roster *Roster) error {
	for i, entry := range mapping.Entries {
		compiled := compiledEntry{MappingEntry: entry}
		if entry.Tenant != "" {
			parsed, err := parseTemplate(entry.Tenant)
			if err != nil {
				return err
			}
			compiled.template, compiled.byOwner = parsed, parsed.uses(fieldOwner)
			if parsed.constant() && roster != nil {
				if _, listed := roster.Place(entry.Tenant); !listed {
					return fault.New(fault.InvalidInput, "mapping entry %d leads to tenant %q, who is not listed", i+1, entry.Tenant)
				}
			}
		}
		m.entries = append(m.entries, compiled)
	}
	return nil
}

// collectColumns notes which columns and tags the entries look at.
func (m *matcher) collectColumns() {
	for _, column := range chargeColumns {
		if slices.ContainsFunc(m.entries, column.lookedAt) {
			m.columns = append(m.columns, column.value)
		}
	}
	for _, entry := range m.entries {
		for key := range entry.Tag {
			m.tags = append(m.tags, key)
		}
		for _, part := range entry.template.parts {
			if part.field == fieldTag {
				m.tags = append(m.tags, part.argument)
			}
		}
	}
	slices.Sort(m.tags)
	m.tags = slices.Compact(m.tags)
}

// chargeColumn is a column that a mapping may look at.
type chargeColumn struct {
	value    func(*charge.Charge) string
	lookedAt func(compiledEntry) bool
}

var chargeColumns = []chargeColumn{
	{func(c *charge.Charge) string { return c.SubAccountID }, func(e compiledEntry) bool {
		return len(e.SubAccount)+len(e.SubAccountID) > 0 || e.template.uses(fieldSubAccountID)
	}},
	{func(c *charge.Charge) string { return c.SubAccountName }, func(e compiledEntry) bool {
		return len(e.SubAccount)+len(e.SubAccountName) > 0 || e.template.uses(fieldSubAccountName)
	}},
	{func(c *charge.Charge) string { return c.ServiceName }, func(e compiledEntry) bool { return len(e.Service) > 0 }},
	{func(c *charge.Charge) string { return c.ServiceCategory }, func(e compiledEntry) bool { return len(e.ServiceCategory) > 0 }},
	{func(c *charge.Charge) string { return c.ResourceID }, func(e compiledEntry) bool {
		return len(e.Resource) > 0 || e.template.uses(fieldResourceID)
	}},
	{func(c *charge.Charge) string { return c.ResourceName }, func(e compiledEntry) bool { return len(e.Resource) > 0 }},
	{func(c *charge.Charge) string { return c.ResourceType }, func(e compiledEntry) bool { return len(e.ResourceType) > 0 }},
	{func(c *charge.Charge) string { return c.ChargeCategory }, func(e compiledEntry) bool { return len(e.ChargeCategory) > 0 }},
}

// decide returns the first entry from a place on that matches. accept says whether an id that a
// template gave is that of a tenant.
func (m *matcher) decide(c *charge.Charge, from int, accept func(string) bool) decision {
	m.key = binary.AppendUvarint(m.key[:0], uint64(from)) // a place is never negative
	for _, value := range m.columns {
		m.key = append(m.key, value(c)...)
		m.key = append(m.key, 0)
	}
	for _, tag := range m.tags {
		m.key = append(m.key, tagValue(c.Tags, tag)...)
		m.key = append(m.key, 0)
	}
	if remembered, found := m.known[string(m.key)]; found {
		return remembered
	}
	decided := m.search(c, from, accept)
	if len(m.known) >= rememberedDecisions {
		clear(m.known)
	}
	m.known[string(m.key)] = decided
	return decided
}

func (m *matcher) search(c *charge.Charge, from int, accept func(string) bool) decision {
	for place := from; place < len(m.entries); place++ {
		entry := &m.entries[place]
		if !entry.matches(c) {
			continue
		}
		if entry.Tenant == "" || entry.byOwner {
			return decision{place: place}
		}
		if tenant, filled := entry.template.fill(c, ""); filled && accept(tenant) {
			return decision{place, tenant}
		}
	}
	return decision{place: -1}
}

// matches reports whether every condition holds.
func (e *MappingEntry) matches(c *charge.Charge) bool {
	return (len(e.SubAccount) == 0 || e.SubAccount.match(c.SubAccountID) || e.SubAccount.match(c.SubAccountName)) &&
		e.SubAccountID.match(c.SubAccountID) &&
		e.SubAccountName.match(c.SubAccountName) &&
		e.Service.match(c.ServiceName) &&
		e.ServiceCategory.match(c.ServiceCategory) &&
		(len(e.Resource) == 0 || e.Resource.match(c.ResourceID) || e.Resource.match(c.ResourceName)) &&
		e.ResourceType.match(c.ResourceType) &&
		e.ChargeCategory.match(c.ChargeCategory) &&
		e.matchesTags(c.Tags)
}

func (e *MappingEntry) matchesTags(tags map[string]string) bool {
	for key, patterns := range e.Tag {
		value := foldTag(tagValue(tags, key))
		if len(patterns) == 0 {
			if value != "" {
				return false
			}
			continue
		}
		if value == "" || !slices.ContainsFunc(patterns, func(pattern string) bool {
			return matchOne(strings.ToLower(strings.TrimSpace(pattern)), value)
		}) {
			return false
		}
	}
	return true
}
