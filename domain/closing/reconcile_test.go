package closing_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func dec(text string) decimal.Decimal { return decimal.RequireFromString(text) }

func charged(account, invoice, currency, cost string) closing.ChargedTotal {
	return closing.ChargedTotal{BillingAccountID: account, InvoiceID: invoice, Currency: currency, BilledCost: dec(cost)}
}

func control(account, invoice, currency, cost string) closing.ControlTotal {
	return closing.ControlTotal{BillingAccountID: account, InvoiceID: invoice, Currency: currency, BilledCost: dec(cost)}
}

func TestReconcile(t *testing.T) {
	type outcome struct{ invoice, expected, charged, outcome string }
	cases := map[string]struct {
		charged   []closing.ChargedTotal
		totals    []closing.ControlTotal
		tolerance string
		want      []outcome
		variance  map[string]string
		without   int
		refused   []string
	}{
		"nothing to compare is balanced": {},
		"equal to the last digit": {
			charged: []closing.ChargedTotal{charged("1", "A", "USD", "20.52022672899")},
			totals:  []closing.ControlTotal{control("1", "A", "USD", "20.520226728990")},
			want:    []outcome{{"A", "20.52022672899", "20.52022672899", "matched"}},
		},
		"several totals of one invoice are summed": {
			charged: []closing.ChargedTotal{charged("1", "A", "USD", "3")},
			totals:  []closing.ControlTotal{control("1", "A", "USD", "1"), control("1", "A", "USD", "2")},
			want:    []outcome{{"A", "3", "3", "matched"}},
		},
		"a difference within the tolerance is a variance that makes charges and invoice equal": {
			charged:   []closing.ChargedTotal{charged("1", "A", "USD", "99.98"), charged("1", "B", "USD", "10.01")},
			totals:    []closing.ControlTotal{control("1", "A", "USD", "100"), control("1", "B", "USD", "10")},
			tolerance: "0.02",
			want:      []outcome{{"A", "100", "99.98", "variance"}, {"B", "10", "10.01", "variance"}},
			variance:  map[string]string{"USD": "0.01"},
		},
		"every mismatch is spelt out": {
			charged:   []closing.ChargedTotal{charged("1", "A", "USD", "99"), charged("1", "B", "USD", "5"), charged("2", "C", "EUR", "7.1")},
			totals:    []closing.ControlTotal{control("1", "A", "USD", "100"), control("1", "B", "USD", "5"), control("2", "C", "EUR", "7")},
			tolerance: "0.05",
			want:      []outcome{{"A", "100", "99", "mismatch"}, {"B", "5", "5", "matched"}, {"C", "7", "7.1", "mismatch"}},
			refused: []string{
				`invoice A of account "1": expected 100, charged 99, difference -1 USD`,
				`invoice C of account "2": expected 7, charged 7.1, difference 0.1 EUR`,
				"tolerance of 0.05",
			},
		},
		"an invoice in another currency is another comparison": {
			charged: []closing.ChargedTotal{charged("1", "A", "EUR", "5"), charged("1", "A", "USD", "5")},
			totals:  []closing.ControlTotal{control("1", "A", "EUR", "5")},
			want:    []outcome{{"A", "5", "5", "matched"}, {"A", "", "5", "no_control_total"}},
			without: 1,
		},
		"charges without a control total are listed and do not block": {
			charged: []closing.ChargedTotal{charged("1", "", "USD", "5")},
			want:    []outcome{{"", "", "5", "no_control_total"}},
			without: 1,
		},
		"a control total without charges is compared with zero": {
			totals:  []closing.ControlTotal{control("1", "A", "USD", "5"), control("1", "B", "USD", "0")},
			want:    []outcome{{"A", "5", "0", "mismatch"}, {"B", "0", "0", "matched"}},
			refused: []string{"expected 5, charged 0, difference -5 USD"},
		},
		"charges that name no invoice are compared under the only one": {
			charged: []closing.ChargedTotal{charged("1", "", "USD", "5")},
			totals:  []closing.ControlTotal{control("1", "A", "USD", "5")},
			want:    []outcome{{"A", "5", "5", "matched"}},
		},
		"charges that name no invoice are compared with all invoices of the account together": {
			charged: []closing.ChargedTotal{charged("1", "", "USD", "5")},
			totals: []closing.ControlTotal{
				control("1", "A", "USD", "2"), control("1", "B", "USD", "2.5"), control("1", "A", "USD", "1"),
			},
			want:    []outcome{{"", "5.5", "5", "mismatch"}},
			refused: []string{`account "1", all invoices: expected 5.5, charged 5, difference -0.5 USD`},
		},
		"charges not yet invoiced stand beside invoiced ones": {
			charged: []closing.ChargedTotal{charged("1", "", "USD", "1"), charged("1", "A", "USD", "5")},
			totals:  []closing.ControlTotal{control("1", "A", "USD", "5")},
			want:    []outcome{{"", "", "1", "no_control_total"}, {"A", "5", "5", "matched"}},
			without: 1,
		},
		"a credit note is an invoice below zero": {
			charged: []closing.ChargedTotal{charged("1", "CN", "USD", "-12.5")},
			totals:  []closing.ControlTotal{control("1", "CN", "USD", "-12.50")},
			want:    []outcome{{"CN", "-12.5", "-12.5", "matched"}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			tolerance := decimal.Zero
			if c.tolerance != "" {
				tolerance = dec(c.tolerance)
			}
			result, err := closing.Reconcile(c.charged, c.totals, tolerance)
			var got []outcome
			for _, invoice := range result.Invoices {
				expected := ""
				if invoice.Expected.Valid {
					expected = invoice.Expected.Decimal.String()
					assert.Equal(t, invoice.Charged.Sub(invoice.Expected.Decimal).String(), invoice.Difference.Decimal.String())
				}
				got = append(got, outcome{invoice.InvoiceID, expected, invoice.Charged.String(), invoice.Outcome})
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.without, result.WithoutControlTotal)
			variance := map[string]string{}
			for currency, amount := range result.Variance {
				variance[currency] = amount.String()
			}
			if c.variance == nil {
				c.variance = map[string]string{}
			}
			assert.Equal(t, c.variance, variance)
			if c.refused == nil {
				require.NoError(t, err)
				return
			}
			require.Equal(t, fault.NotBalanced, fault.CodeOf(err))
			for _, part := range c.refused {
				assert.ErrorContains(t, err, part)
			}
		})
	}
	t.Run("a tolerance below zero is refused", func(t *testing.T) {
		_, err := closing.Reconcile(nil, nil, dec("-1"))
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
}

func TestReconcileConservesWhatIsCompared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"", "A", "B"})
		account := rapid.SampledFrom([]string{"1", "2"})
		cents := rapid.Int64Range(-500, 500)
		var all []closing.ChargedTotal
		var totals []closing.ControlTotal
		chargedSum, expectedSum := decimal.Zero, decimal.Zero
		for range rapid.IntRange(0, 8).Draw(t, "charged") {
			next := closing.ChargedTotal{BillingAccountID: account.Draw(t, "account"), InvoiceID: name.Draw(t, "invoice"), Currency: "USD", BilledCost: decimal.New(cents.Draw(t, "cost"), -2)}
			all, chargedSum = append(all, next), chargedSum.Add(next.BilledCost)
		}
		for range rapid.IntRange(0, 8).Draw(t, "totals") {
			next := closing.ControlTotal{BillingAccountID: account.Draw(t, "account"), InvoiceID: name.Draw(t, "invoice"), Currency: "USD", BilledCost: decimal.New(cents.Draw(t, "cost"), -2)}
			totals, expectedSum = append(totals, next), expectedSum.Add(next.BilledCost)
		}
		result, err := closing.Reconcile(all, totals, decimal.New(100, -2))
		mismatch := false
		chargedBack, expectedBack, variance := decimal.Zero, decimal.Zero, decimal.Zero
		for _, invoice := range result.Invoices {
			chargedBack = chargedBack.Add(invoice.Charged)
			expectedBack = expectedBack.Add(invoice.Expected.Decimal)
			mismatch = mismatch || invoice.Outcome == closing.OutcomeMismatch
			if invoice.Outcome == closing.OutcomeVariance {
				variance = variance.Sub(invoice.Difference.Decimal)
			}
		}
		assert.True(t, chargedSum.Equal(chargedBack), "charges are neither lost nor counted twice")
		assert.True(t, expectedSum.Equal(expectedBack), "control totals are neither lost nor counted twice")
		assert.True(t, variance.Equal(result.Variance["USD"]))
		assert.Equal(t, mismatch, err != nil)
	})
}
