package allocation

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// accountWords says of reserved accounts what their direct cost is. Entries of a mapping may name them,
// but most of what they hold comes there otherwise.
var accountWords = map[string]string{
	AccountUnallocated:      "charges that no entry of the mapping matches, or that an entry leads there",
	AccountUntagged:         "charges that an entry of the mapping leads there, for want of tags",
	AccountUnowned:          "charges of resources that nobody owned at the time, or that an entry of the mapping leads there",
	AccountDeparted:         "charges of tenants that had left by the time of the charge, or that an entry of the mapping leads there",
	AccountUnusedCommitment: "commitments in time in which nobody used them, where the mapping leads to no owner, or which an entry leads there",
}

// directWords says in words how a cell of a pool that is not split came about.
func (p *PoolResult) directWords(e Explanation) string {
	amount := e.Amount.String() + " " + e.Currency
	switch {
	case p.Pool == PoolPrepaid:
		return amount + " is billed but not used in this period, or used but billed before or later; it waits on " + e.TenantID + "."
	case accountWords[e.TenantID] != "":
		text := fmt.Sprintf("%s is direct %s cost that no tenant bears: the sum of %s", amount, p.Category, accountWords[e.TenantID])
		if e.RuleID != "" {
			text += fmt.Sprintf("; the mapping was rule %s, version %d", e.RuleID, e.RuleVersion)
		}
		return text + "."
	case e.RuleID != "":
		return fmt.Sprintf("%s is direct %s cost: the sum of the charges that mapping rule %s, version %d, leads straight to %s.",
			amount, p.Category, e.RuleID, e.RuleVersion, e.TenantID)
	default:
		return fmt.Sprintf("%s is direct %s cost: the sum of the charges that the mapping leads straight to %s.", amount, p.Category, e.TenantID)
	}
}

// sharedWords says in words how a cell of a shared pool came about, or what one rule contributes.
func sharedWords(e *Explanation) string {
	sentences := []string{fmt.Sprintf("%s bears %s of the %s %s in pool %s, by version %d of rule %s%s.",
		e.TenantID, e.Amount, e.PoolAmount, e.Currency, e.Pool, e.RuleVersion, e.RuleID, boundsWords(e.Bounds))}
	for _, flow := range e.Received {
		sentences = append(sentences, fmt.Sprintf("The pool received %s %s from pool %s.", flow.Amount, e.Currency, flow.Pool))
	}
	switch {
	case e.Fallback == FallbackResidual:
		return strings.Join(append(sentences, "No tenant has a share of what drives the pool, and its rule leaves such cost unallocated."), " ")
	case e.Fallback == FallbackEqual:
		sentences = append(sentences, "No tenant has a share of what drives the pool, so it is split in equal parts by the time that each tenant was active, which is "+e.ActiveFraction+" of the time for this one.")
	case e.Strategy == StrategyProportional:
		sentences = append(sentences, e.driverWords()...)
	case e.Strategy == StrategyEqual:
		sentences = append(sentences, "It is split in equal parts by the time that each tenant was active, which is "+e.ActiveFraction+" of the time for this one.")
	case e.Strategy == StrategyTiered:
		sentences = append(sentences, fmt.Sprintf("It is split by plan: plan %s counts %s times, for the %s of the time that the tenant was active.", e.Plan, e.Factor, e.ActiveFraction))
	case e.Strategy == StrategyCustom:
		sentences = append(sentences, fmt.Sprintf("It is split by agreed weights: the tenant's is %s, for the %s of the time that it was active.", e.Factor, e.ActiveFraction))
	}
	return strings.Join(append(sentences, e.roundingWords()), " ")
}

func boundsWords(bounds *Span) string {
	if bounds == nil {
		return ""
	}
	return "," + during(*bounds)
}

// driverWords has a sentence per driver of a proportional pool.
func (e *Explanation) driverWords() []string {
	sentences := []string{"It is split in proportion to measured use."}
	for _, driver := range e.Drivers {
		percent := driver.Weight.Mul(decimal.NewFromInt(100))
		switch {
		case driver.Total == "0":
			sentences = append(sentences, fmt.Sprintf("%s would count %s %%, but nobody used any, so the others count for it.", driver.Category, percent))
		case driver.Clamped != "":
			sentences = append(sentences, fmt.Sprintf("%s counts %s %%: the tenant's total is %s, which is below zero and counts as zero of %s.",
				driver.Category, percent, driver.Clamped, driver.Total))
		default:
			sentences = append(sentences, fmt.Sprintf("%s counts %s %%: the tenant used %s of %s.", driver.Category, percent, driver.Quantity, driver.Total))
		}
	}
	return sentences
}

func (e *Explanation) roundingWords() string {
	quantum := decimal.New(1, -int32(e.QuantumDigits))
	if e.RoundingRank == 0 {
		return "The share is 0, so the amount is 0."
	}
	text := fmt.Sprintf("The share is exactly %s; the ideal amount is rounded toward zero to a multiple of %s %s", e.Share, quantum, e.Currency)
	if e.RoundedUp {
		return fmt.Sprintf("%s, and as its remainder is number %d in size it gets one of the multiples that are left over.", text, e.RoundingRank)
	}
	return fmt.Sprintf("%s; its remainder is number %d in size, too small for one of those that are left over, if any.", text, e.RoundingRank)
}

// ExplainVariance explains a cell that holds what billing's invoices differ from the charges by, within
// what the book tolerates. It is booked beside the results of this package.
func ExplainVariance(stage int, account, currency string, amount decimal.Decimal) CellExplanation {
	explanation := Explanation{
		Pool: PoolVariance, TenantID: account, Currency: currency, Amount: amount, PoolAmount: amount, Algorithm: Version, Share: "1",
	}
	words := fmt.Sprintf("%s %s is what the invoices differ from the charges by, within what the book tolerates; it waits on %s.", amount, currency, account)
	return CellExplanation{
		Stage: stage, Pool: PoolVariance, Currency: currency, Amount: amount,
		Parts: []ExplainedPart{{explanation, words, wholeDetails()}},
	}
}
