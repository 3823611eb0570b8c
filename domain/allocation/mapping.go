package allocation

import (
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Mapping says which row of a bill belongs to which tenant, pool or account. Entries are tried in
// order; the first that matches decides, and a row that no mapping in effect matches goes to
// @unallocated, or to @unused-commitment where it is a commitment's time that nobody used.
type Mapping struct {
	Entries        []MappingEntry `json:"mapping"`
	EffectiveFrom  time.Time      `json:"effective_from,omitzero"`
	EffectiveUntil time.Time      `json:"effective_until,omitzero"`
}

// MappingEntry matches a row when every condition that it states holds. Each condition is a list of
// values or globs of which one must match ("*" stays within a segment between slashes, "**" spans
// any number); an entry without conditions matches every row. Exactly one of Tenant, Pool and
// Account is set.
type MappingEntry struct {
	// SubAccount matches the FOCUS SubAccountId or SubAccountName.
	SubAccount Patterns `json:"sub_account,omitempty"`
	// SubAccountID and SubAccountName match one of the two alone.
	SubAccountID   Patterns `json:"sub_account_id,omitempty"`
	SubAccountName Patterns `json:"sub_account_name,omitempty"`
	// Service matches ServiceName, ServiceCategory the FOCUS column of that name.
	Service         Patterns `json:"service,omitempty"`
	ServiceCategory Patterns `json:"service_category,omitempty"`
	// Resource matches ResourceId or ResourceName.
	Resource     Patterns `json:"resource,omitempty"`
	ResourceType Patterns `json:"resource_type,omitempty"`
	// ChargeCategory matches Usage, Purchase, Tax, Credit or Adjustment.
	ChargeCategory Patterns `json:"charge_category,omitempty"`
	// Tag matches tags by key; keys and values are compared without regard to case and surrounding
	// space. A key whose list is empty demands that the tag is absent or blank.
	Tag map[string]Patterns `json:"tag,omitempty"`

	// Tenant is a tenant id, or a template of the fields {sub_account_id}, {sub_account_name},
	// {resource_id}, {tag:KEY} and {owner} (who owned the resource at the time). An entry whose
	// template does not give a known tenant does not match.
	Tenant string `json:"tenant,omitempty"`
	// Pool is the id of a pool that a rule splits.
	Pool string `json:"pool,omitempty"`
	// Account is one of the reserved accounts.
	Account string `json:"account,omitempty"`
}

// Validate returns an InvalidInput error that names the entry by its place, counted from 1.
func (m Mapping) Validate() error {
	if err := checkSpan(m.EffectiveFrom, m.EffectiveUntil); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the mapping is never in effect")
	}
	for i := range m.Entries {
		if err := m.Entries[i].Validate(); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "mapping entry %d is not usable", i+1)
		}
	}
	return nil
}

// NamedTenant returns the tenant that the entry names, or nothing where it leads elsewhere or has a
// template, which depends on the row.
func (e *MappingEntry) NamedTenant() string {
	if parsed, err := parseTemplate(e.Tenant); err != nil || !parsed.constant() {
		return ""
	}
	return e.Tenant
}

// Validate returns an InvalidInput error unless the entry leads to one target by conditions that can be
// read.
func (e *MappingEntry) Validate() error {
	targets := 0
	for _, target := range []string{e.Tenant, e.Pool, e.Account} {
		if target != "" {
			targets++
		}
	}
	if targets != 1 {
		return fault.New(fault.InvalidInput, "it leads to %d targets; give exactly one of tenant, pool, account", targets)
	}
	for _, patterns := range e.conditions() {
		if err := patterns.validate(); err != nil {
			return err
		}
	}
	for _, key := range sortedKeys(e.Tag) {
		if err := e.Tag[key].validate(); err != nil {
			return err
		}
	}
	if err := checkCategories(e.ChargeCategory); err != nil {
		return err
	}
	switch {
	case e.Tenant != "":
		_, err := parseTemplate(e.Tenant)
		return err
	case e.Pool != "":
		return tenancy.CheckID(e.Pool)
	default:
		return CheckAccount(e.Account)
	}
}

// checkCategories refuses a pattern that no charge can match: a misspelt Tax would let every tax row
// pass to the entries below without a word.
func checkCategories(patterns Patterns) error {
	for _, pattern := range patterns {
		matched := false
		for _, category := range charge.Categories() {
			matched = matched || matchOne(pattern, category)
		}
		if !matched {
			return fault.New(fault.InvalidInput, "charge_category %.140q matches none of the charge categories of FOCUS: %s",
				pattern, strings.Join(charge.Categories(), ", "))
		}
	}
	return nil
}

// conditions returns the patterns of every condition but the tags.
func (e *MappingEntry) conditions() []Patterns {
	return []Patterns{
		e.SubAccount, e.SubAccountID, e.SubAccountName, e.Service, e.ServiceCategory,
		e.Resource, e.ResourceType, e.ChargeCategory,
	}
}
