package allocation

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// ruleRun is a pool's amount over the time in which one rule, or none, is in effect.
type ruleRun struct {
	stretch
	version *RuleVersion
	amount  decimal.Decimal
}

// runs joins the segments of what a pool splits among tenants by the rule in effect; segments without
// an amount and without a rule are passed over, and so are those whose rule passes everything on.
func (b *Bill) runs(pool string, amounts map[poolSegment]*money.Sum) []ruleRun {
	rules := b.options.Rules.rulesOf(pool)
	var runs []ruleRun
	charged := false
	for segment := range b.segments.count() {
		sum := amounts[poolSegment{pool, segment}]
		charged = charged || sum != nil
		version, found := inEffect(rules, b.segments.bounds(segment, segment))
		if found && !version.Pool.reachesTenants() {
			continue
		}
		if sum == nil {
			sum = &money.Sum{}
			if !found {
				continue
			}
		}
		last := len(runs) - 1
		if found && last >= 0 && runs[last].version != nil && runs[last].last == segment-1 &&
			runs[last].version.RuleID == version.RuleID && runs[last].version.Version == version.Version {
			runs[last].last = segment
			runs[last].amount = runs[last].amount.Add(sum.Decimal())
			runs[last].bounds = b.segments.bounds(runs[last].first, segment)
			continue
		}
		run := ruleRun{stretch: stretch{segment, segment, b.segments.bounds(segment, segment)}, amount: sum.Decimal()}
		if found {
			run.version = &version
		}
		runs = append(runs, run)
	}
	if !charged {
		return nil
	}
	// Of runs without an amount only the first is kept, and that only where there is no other.
	kept := slices.DeleteFunc(slices.Clone(runs), func(run ruleRun) bool { return run.version != nil && run.amount.IsZero() })
	if len(kept) == 0 {
		return runs[:1]
	}
	return kept
}

func during(bounds Span) string {
	const form = "2006-01-02T15:04:05Z"
	text := ""
	if !bounds.From.IsZero() {
		text += " from " + bounds.From.UTC().Format(form)
	}
	if !bounds.Until.IsZero() {
		text += " until " + bounds.Until.UTC().Format(form)
	}
	return text
}
