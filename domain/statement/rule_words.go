package statement

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// words says how a pool is split, to the tenant that bears a part of it. It tells nothing of other
// tenants. A pool whose rule changed within the period has a sentence per rule.
func words(versions []allocation.RuleVersion, tenant tenancy.Tenant) string {
	if len(versions) == 1 {
		return sentence(*versions[0].Pool, tenant)
	}
	sentences := make([]string, len(versions))
	for i, version := range versions {
		text := sentence(*version.Pool, tenant)
		from, until := version.Effective()
		switch {
		case !from.IsZero() && i > 0:
			text = "From " + from.UTC().Format(dayForm) + ": " + text
		case !until.IsZero():
			text = "Until " + until.UTC().Format(dayForm) + ": " + text
		}
		sentences[i] = text
	}
	return strings.Join(sentences, " ")
}

const dayForm = "2 January 2006, 15:04 UTC"

func sentence(rule allocation.AllocationRule, tenant tenancy.Tenant) string {
	switch rule.Strategy {
	case allocation.StrategyProportional:
		return "In proportion to measured use: " + weightWords(rule) + "."
	case allocation.StrategyEqual:
		return "In equal parts among all tenants, by the time that each existed in the month."
	case allocation.StrategyTiered:
		return "By plan: " + planWords(rule, tenant.Plan) + ", by the time that each tenant existed in the month."
	case allocation.StrategyCustom:
		return "By agreed weights; this tenant's is " + agreedWeight(rule, tenant).String() + "."
	default:
		return "Split by the rule of the pool."
	}
}

func weightWords(rule allocation.AllocationRule) string {
	var parts []string
	for _, category := range allocation.Categories() {
		weight, weighed := rule.WeightByCategory[category]
		switch {
		case !weighed || weight.IsZero():
		case weight.Equal(decimal.NewFromInt(1)):
			return string(category)
		default:
			parts = append(parts, weight.Shift(2).String()+" % by "+string(category))
		}
	}
	return strings.Join(parts, ", ")
}

// planWords lists the multipliers of all plans, which are public, and says which counts here.
func planWords(rule allocation.AllocationRule, own tenancy.Plan) string {
	multipliers := allocation.DefaultMultipliers()
	for plan, multiplier := range rule.TierMultipliers {
		multipliers[plan] = multiplier
	}
	plans := []tenancy.Plan{tenancy.PlanFree, tenancy.PlanStandard, tenancy.PlanPremium, tenancy.PlanEnterprise}
	parts := make([]string, len(plans))
	for i, plan := range plans {
		parts[i] = string(plan) + " ×" + multipliers[plan].String()
		if plan == own {
			parts[i] += " (this tenant)"
		}
	}
	return strings.Join(parts, ", ")
}

func agreedWeight(rule allocation.AllocationRule, tenant tenancy.Tenant) decimal.Decimal {
	if len(rule.TenantWeights) == 0 {
		return tenant.Weight
	}
	return rule.TenantWeights[tenant.ID]
}
