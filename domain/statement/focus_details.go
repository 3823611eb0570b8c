package statement

import (
	"encoding/json"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// ratioDigits is how many fractional digits an AllocatedRatio has.
const ratioDigits = 18

// ratios are the parts of a pool's amount that its cells are: as exact fractions, and as decimals
// that are apportioned like money, so that they too sum to exactly 1.
type ratios struct {
	weights  money.Weights
	portions money.Portions
}

// shareRatios returns nil where cells of both signs, or nothing but zeros, make no ratio.
func shareRatios(entries []ledger.Entry) *ratios {
	amounts := make([]decimal.Decimal, len(entries))
	negative, positive := false, false
	for i, entry := range entries {
		amounts[i] = entry.Amount.Abs()
		negative, positive = negative || entry.Amount.IsNegative(), positive || entry.Amount.IsPositive()
	}
	if negative == positive {
		return nil
	}
	weights, err := money.DecimalWeights(amounts)
	if err != nil {
		return nil
	}
	portions, err := money.Apportion(money.Units(decimal.NewFromInt(1), ratioDigits), weights)
	if err != nil {
		return nil
	}
	return &ratios{weights, portions}
}

// methodObject is the AllocatedMethodDetails of FOCUS 1.3, with properties of our own under x_.
type methodObject struct {
	Elements []methodElement `json:"Elements"`
	Rule     string          `json:"x_Rule,omitempty"`
	Weights  any             `json:"x_WeightByCategory,omitempty"`
}

type methodElement struct {
	AllocatedRatio json.Number `json:"AllocatedRatio"`
	// Exact is the ratio as a fraction in lowest terms.
	Exact string `json:"x_ExactRatio"`
}

// methodDetails says which part of the pool's amount a cell is: the origin charge is the pool, and
// the ratios of all its cells sum to 1.
func (p *Publication) methodDetails(pool string, all *ratios, i int) string {
	if all == nil {
		return ""
	}
	object := methodObject{Elements: []methodElement{{
		AllocatedRatio: json.Number(all.portions.Decimal(i, ratioDigits).String()),
		Exact:          all.weights.Share(i).RatString(),
	}}}
	if versions := p.rules[pool]; len(versions) > 0 {
		rule := versions[len(versions)-1].Pool
		object.Rule = string(rule.Strategy)
		if len(rule.WeightByCategory) > 0 {
			object.Weights = rule.WeightByCategory
		}
	}
	return encoded(object)
}

// tenantTags are tags of ours, under a prefix of their own as FOCUS demands.
func tenantTags(tenant tenancy.Tenant) string {
	tags := map[string]string{}
	for key, value := range map[string]string{
		"omnicloud/plan": string(tenant.Plan), "omnicloud/cost_centre": tenant.CostCentre, "omnicloud/gl_account": tenant.GLAccount,
	} {
		if value != "" {
			tags[key] = value
		}
	}
	if len(tags) == 0 {
		return ""
	}
	return encoded(tags)
}

// encoded writes JSON; the values here are texts and numbers, which always can be written.
func encoded(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}
