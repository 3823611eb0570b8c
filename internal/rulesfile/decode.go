package rulesfile

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/money"
)

// decode reads the whole document.
func decode(root node) (Document, error) {
	var document Document
	version := ""
	var mapping allocation.Mapping
	err := root.fields(map[string]func(node) error{
		"version": text(&version),
		"mapping": func(n node) error {
			document.Mapping = &mapping
			return n.each(func(n node) error {
				entry, err := decodeEntry(n)
				mapping.Entries = append(mapping.Entries, entry)
				return err
			})
		},
		"pools": func(n node) error {
			return n.each(func(n node) error {
				rule, err := decodePool(n)
				document.Pools = append(document.Pools, rule)
				return err
			})
		},
		"effective_from":  instant(&mapping.EffectiveFrom),
		"effective_until": instant(&mapping.EffectiveUntil),
	})
	if err != nil {
		return Document{}, err
	}
	if version != "1" {
		return Document{}, root.errorf("version is %.20q; this program reads version: 1", version)
	}
	if document.Mapping != nil {
		if err := mapping.Validate(); err != nil {
			return Document{}, root.errorf("%s", err)
		}
	}
	return document, nil
}

func decodeEntry(n node) (allocation.MappingEntry, error) {
	var entry allocation.MappingEntry
	err := n.fields(map[string]func(node) error{
		"sub_account":      patterns(&entry.SubAccount),
		"sub_account_id":   patterns(&entry.SubAccountID),
		"sub_account_name": patterns(&entry.SubAccountName),
		"service":          patterns(&entry.Service),
		"service_category": patterns(&entry.ServiceCategory),
		"resource":         patterns(&entry.Resource),
		"resource_type":    patterns(&entry.ResourceType),
		"charge_category":  patterns(&entry.ChargeCategory),
		"tag": func(n node) error {
			entry.Tag = make(map[string]allocation.Patterns, len(n.keys))
			return keyed(n, func(key string, n node) error {
				values := allocation.Patterns{}
				err := patterns(&values)(n)
				entry.Tag[key] = values
				return err
			})
		},
		"tenant":  text(&entry.Tenant),
		"pool":    text(&entry.Pool),
		"account": text(&entry.Account),
	})
	if err != nil {
		return entry, err
	}
	if err := entry.Validate(); err != nil {
		return entry, n.errorf("%s", err)
	}
	return entry, nil
}

func decodePool(n node) (allocation.AllocationRule, error) {
	rule := allocation.AllocationRule{Category: allocation.CategoryShared, OnNoDriver: allocation.NoDriverEqual, IsActive: true}
	var category, strategy, noDriver string
	err := n.fields(map[string]func(node) error{
		"id":                 text(&rule.PoolID),
		"name":               text(&rule.Name),
		"category":           text(&category),
		"strategy":           text(&strategy),
		"weight_by_category": numbers(&rule.WeightByCategory),
		"tenant_weights":     numbers(&rule.TenantWeights),
		"tier_multipliers":   numbers(&rule.TierMultipliers),
		"on_no_driver":       text(&noDriver),
		"flows_to":           numbers(&rule.FlowsTo),
		"effective_from":     instant(&rule.EffectiveFrom),
		"effective_until":    instant(&rule.EffectiveUntil),
	})
	if err != nil {
		return rule, err
	}
	rule.Strategy = allocation.AllocationStrategy(strategy)
	if category != "" {
		rule.Category = allocation.CostCategory(category)
	}
	if noDriver != "" {
		rule.OnNoDriver = allocation.NoDriver(noDriver)
	}
	if err := rule.Validate(); err != nil {
		return rule, n.errorf("%s", err)
	}
	return rule, nil
}

// text reads a single value.
func text(into *string) func(node) error {
	return func(n node) (err error) {
		*into, err = n.scalar()
		return err
	}
}

// patterns reads a single value or a list of them.
func patterns(into *allocation.Patterns) func(node) error {
	return func(n node) error {
		if n.kind == kindScalar {
			*into = allocation.Patterns{n.text}
			return nil
		}
		return n.each(func(n node) error {
			value, err := n.scalar()
			*into = append(*into, value)
			return err
		})
	}
}

// numbers reads a mapping of exact numbers.
func numbers[K ~string](into *map[K]decimal.Decimal) func(node) error {
	return func(n node) error {
		*into = make(map[K]decimal.Decimal, len(n.keys))
		return keyed(n, func(key string, n node) error {
			written, err := n.scalar()
			if err != nil {
				return err
			}
			value, err := money.ParseDecimal(written)
			if err != nil {
				return n.errorf("%s", err)
			}
			(*into)[K(key)] = value
			return nil
		})
	}
}

// keyed reads a mapping whose keys are data.
func keyed(n node, read func(string, node) error) error {
	known := make(map[string]func(node) error, len(n.keys))
	for _, key := range n.keys {
		known[key] = func(n node) error { return read(key, n) }
	}
	return n.fields(known)
}

// instant reads an RFC 3339 time.
func instant(into *time.Time) func(node) error {
	return func(n node) error {
		written, err := n.scalar()
		if err != nil {
			return err
		}
		value, err := time.Parse(time.RFC3339, strings.TrimSpace(written))
		if err != nil {
			return n.errorf("%.40q is no time such as 2026-09-01T00:00:00Z", written)
		}
		*into = value.UTC()
		return nil
	}
}
