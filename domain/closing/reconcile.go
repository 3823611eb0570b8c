package closing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// ChargedTotal is what the charges of one invoice amount to, in billed cost. InvoiceID is empty for
// charges that name no invoice.
type ChargedTotal struct {
	BillingAccountID string          `json:"billing_account_id"`
	InvoiceID        string          `json:"invoice_id"`
	Currency         string          `json:"currency"`
	BilledCost       decimal.Decimal `json:"billed_cost"`
	// LateOf is the closed month that the charges came late for; zero for charges of the period.
	LateOf period.Period `json:"late_of,omitzero"`
	// Apart is set for late charges that the control totals cannot know of, as they are older.
	Apart bool `json:"apart,omitempty"`
}

// The outcomes of comparing an invoice.
const (
	OutcomeMatched        = "matched"
	OutcomeVariance       = "variance"
	OutcomeMismatch       = "mismatch"
	OutcomeNoControlTotal = "no_control_total"
	// OutcomeLate is what came late for a closed month and stands on no invoice of this one.
	OutcomeLate = "late"
)

// comparisonKey names what is compared.
type comparisonKey struct{ account, invoice, currency string }

func (k comparisonKey) compare(other comparisonKey) int {
	if order := strings.Compare(k.account, other.account); order != 0 {
		return order
	}
	if order := strings.Compare(k.invoice, other.invoice); order != 0 {
		return order
	}
	return strings.Compare(k.currency, other.currency)
}

// Reconcile compares the billed cost of charges with control totals, invoice by invoice and
// currency by currency; several totals of one key are summed. A difference of at most tolerance (an
// absolute amount in the invoice's currency) is a variance, to be booked to @variance; a larger one
// is a mismatch. Charges without a control total are listed and block nothing, since not every
// provider gives totals; a control total without charges is compared with zero.
//
// FOCUS 1.0 has no InvoiceId. Where none of an account's charges in a currency names an invoice, the
// account's control totals in that currency are compared together, under the invoice's id if there
// is only one.
//
// Charges that came late for a closed month belong to the invoice that they name where there is a
// control total for it that can know of them; else they are listed and compared with nothing.
//
// The comparison is returned in any case; with a mismatch in it there is a NotBalanced error too,
// which spells out each. A negative tolerance is an InvalidInput error.
func Reconcile(charged []ChargedTotal, totals []ControlTotal, tolerance decimal.Decimal) (Reconciliation, error) {
	if tolerance.IsNegative() {
		return Reconciliation{}, fault.New(fault.InvalidInput, "the variance tolerance %s is below zero", tolerance)
	}
	charged, late := splitLate(charged, totals)
	fold := foldUnnamed(charged, totals)
	sums := map[comparisonKey]decimal.Decimal{}
	for _, total := range charged {
		key := fold.key(comparisonKey{total.BillingAccountID, total.InvoiceID, total.Currency})
		sums[key] = sums[key].Add(total.BilledCost)
	}
	expected := map[comparisonKey]decimal.Decimal{}
	for _, total := range totals {
		key := fold.key(comparisonKey{total.BillingAccountID, total.InvoiceID, total.Currency})
		expected[key] = expected[key].Add(total.BilledCost)
	}
	result := Reconciliation{
		Invoices: append(compare(sums, expected, tolerance), late...), Variance: map[string]decimal.Decimal{},
	}
	for _, invoice := range result.Invoices {
		switch invoice.Outcome {
		case OutcomeVariance:
			// What the invoice has and the charges lack is owed by nobody else: @variance takes it.
			result.Variance[invoice.Currency] = result.Variance[invoice.Currency].Sub(invoice.Difference.Decimal)
		case OutcomeNoControlTotal:
			result.WithoutControlTotal++
		}
	}
	return result, mismatches(result.Invoices, tolerance)
}

// splitLate separates charges that came late for another month and stand on no invoice of this one.
func splitLate(charged []ChargedTotal, totals []ControlTotal) (compared []ChargedTotal, late []InvoiceComparison) {
	invoiced := map[comparisonKey]bool{}
	for _, total := range totals {
		invoiced[comparisonKey{total.BillingAccountID, total.InvoiceID, total.Currency}] = total.InvoiceID != ""
	}
	for _, total := range charged {
		known := invoiced[comparisonKey{total.BillingAccountID, total.InvoiceID, total.Currency}] && !total.Apart
		if total.LateOf.IsZero() || known {
			compared = append(compared, total)
			continue
		}
		late = append(late, InvoiceComparison{
			BillingAccountID: total.BillingAccountID, InvoiceID: total.InvoiceID, Currency: total.Currency,
			Charged: total.BilledCost, Outcome: OutcomeLate, LateOf: total.LateOf,
		})
	}
	return compared, late
}

// folded maps accounts and currencies (keys without invoice) whose charges name no invoice to the
// key under which all of it is compared.
type folded map[comparisonKey]comparisonKey

func (f folded) key(key comparisonKey) comparisonKey {
	if target, ok := f[comparisonKey{account: key.account, currency: key.currency}]; ok {
		return target
	}
	return key
}

func foldUnnamed(charged []ChargedTotal, totals []ControlTotal) folded {
	fold := folded{}
	for _, total := range charged {
		whole := comparisonKey{account: total.BillingAccountID, currency: total.Currency}
		fold[whole] = whole
	}
	for _, total := range charged {
		if total.InvoiceID != "" {
			delete(fold, comparisonKey{account: total.BillingAccountID, currency: total.Currency})
		}
	}
	invoices := map[comparisonKey]map[string]bool{}
	for _, total := range totals {
		whole := comparisonKey{account: total.BillingAccountID, currency: total.Currency}
		if _, unnamed := fold[whole]; !unnamed {
			continue
		}
		if invoices[whole] == nil {
			invoices[whole] = map[string]bool{}
		}
		invoices[whole][total.InvoiceID] = true
		if fold[whole] = whole; len(invoices[whole]) == 1 {
			fold[whole] = comparisonKey{total.BillingAccountID, total.InvoiceID, total.Currency}
		}
	}
	return fold
}

func compare(sums, expected map[comparisonKey]decimal.Decimal, tolerance decimal.Decimal) []InvoiceComparison {
	keys := make([]comparisonKey, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	for key := range expected {
		if _, charged := sums[key]; !charged {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, comparisonKey.compare)
	comparisons := make([]InvoiceComparison, 0, len(keys))
	for _, key := range keys {
		comparison := InvoiceComparison{
			BillingAccountID: key.account, InvoiceID: key.invoice, Currency: key.currency,
			Charged: sums[key], Outcome: OutcomeNoControlTotal,
		}
		if total, known := expected[key]; known {
			difference := sums[key].Sub(total)
			comparison.Expected = decimal.NewNullDecimal(total)
			comparison.Difference = decimal.NewNullDecimal(difference)
			comparison.Outcome = outcomeOf(difference, tolerance)
		}
		comparisons = append(comparisons, comparison)
	}
	return comparisons
}

func outcomeOf(difference, tolerance decimal.Decimal) string {
	switch {
	case difference.IsZero():
		return OutcomeMatched
	case difference.Abs().LessThanOrEqual(tolerance):
		return OutcomeVariance
	default:
		return OutcomeMismatch
	}
}

// mismatches returns a NotBalanced error that spells out every mismatch, or nil.
func mismatches(invoices []InvoiceComparison, tolerance decimal.Decimal) error {
	var sentences []string
	for _, invoice := range invoices {
		if invoice.Outcome != OutcomeMismatch {
			continue
		}
		sentences = append(sentences, fmt.Sprintf("%s: expected %s, charged %s, difference %s %s",
			invoice.label(), invoice.Expected.Decimal, invoice.Charged, invoice.Difference.Decimal, invoice.Currency))
	}
	if len(sentences) == 0 {
		return nil
	}
	return fault.New(fault.NotBalanced,
		"the charges differ from the control totals by more than the tolerance of %s: %s; correct the charges or the totals, or raise the book's variance_tolerance with omnicloud book apply",
		tolerance, strings.Join(sentences, "; "))
}

func (c InvoiceComparison) label() string {
	if c.InvoiceID == "" {
		return fmt.Sprintf("account %q, all invoices", c.BillingAccountID)
	}
	return fmt.Sprintf("invoice %s of account %q", c.InvoiceID, c.BillingAccountID)
}
