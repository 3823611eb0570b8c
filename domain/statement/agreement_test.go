package statement_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
)

// drawBill draws tenants, accounts and pools with amounts of any sign and size.
func drawBill(t *rapid.T, label string) []ledger.Transaction {
	amount := rapid.Custom(func(t *rapid.T) string {
		return decimal.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "units"), -int32(rapid.IntRange(0, 8).Draw(t, "digits"))).String()
	})
	var transactions []ledger.Transaction
	for pool := range rapid.IntRange(1, 5).Draw(t, label+" pools") {
		var cells []string
		for _, account := range []string{"@unowned", "acme", "globex", "hooli", "initech"} {
			if rapid.Bool().Draw(t, "has") {
				cells = append(cells, account, amount.Draw(t, "amount"))
			}
		}
		transactions = append(transactions, transaction(1, fmt.Sprintf("direct:p%d", pool), "USD", cells...))
	}
	return transactions
}

// TestOutputsAgree: whatever the bill, statements, journal and FOCUS rows say what is posted, and
// everything together is the bill to the last digit.
func TestOutputsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bill := drawBill(t, "bill")
		published := publish(t, bill)
		posted, whole := postedBy(t, bill), decimal.Zero
		for _, each := range bill {
			whole = whole.Add(each.Amount)
		}
		sum := decimal.Zero
		for _, amount := range posted {
			sum = sum.Add(amount)
		}
		require.True(t, sum.Equal(whole), "posted %s of %s", sum, whole)

		for account, amount := range posted {
			cells := cellsOf(account, bill)
			if allocation.IsAccount(account) || len(cells) == 0 {
				continue
			}
			made, err := published.Statement(account, cells)
			require.NoError(t, err)
			require.True(t, made.Sections[0].Total.Posted.Equal(amount), "%s: %s is stated, %s posted", account, made.Sections[0].Total.Posted, amount)
			for _, line := range made.Sections[0].Direct {
				require.True(t, line.Posted.Sub(line.Amount).Abs().LessThan(decimal.New(1, -2)), "a line is rounded by less than a cent")
			}
		}
		journal := journalOf(published)
		require.True(t, journal[""].Equal(whole.Neg()), "clearing %s of %s", journal[""], whole)
		delete(journal, "")
		for account, amount := range posted {
			require.True(t, journal[account].Equal(amount), "%s: journal %s, posted %s", account, journal[account], amount)
		}
		billed := decimal.Zero
		for row, err := range published.FocusRows(statement.DefaultChart(), nil, sequence(bill)) {
			require.NoError(t, err)
			billed = billed.Add(row.BilledCost)
		}
		require.True(t, billed.Equal(whole), "FOCUS rows sum to %s, the bill is %s", billed, whole)
	})
}

// TestJournalsOfRevisionsAddUp: journals booked one after the other are the bill as it stands.
func TestJournalsOfRevisionsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, change := drawBill(t, "first"), drawBill(t, "change")
		want := postedBy(t, append(append([]ledger.Transaction{}, first...), change...))
		booked := journalOf(publish(t, first))
		for account, amount := range journalOf(publish(t, first, change)) {
			booked[account] = booked[account].Add(amount)
		}
		delete(booked, "")
		for account, amount := range booked {
			require.True(t, amount.Equal(want[account]), "%s: %s is booked, %s posted", account, amount, want[account])
		}
	})
}

// postedBy posts a bill with the engine itself.
func postedBy(t require.TestingT, bill []ledger.Transaction) map[string]decimal.Decimal {
	var sums allocation.AccountTotals
	for _, total := range totals(bill) {
		sums.Add(total.Currency, total.Account, total.Amount)
	}
	lines, err := sums.Post(nil)
	require.NoError(t, err)
	posted := map[string]decimal.Decimal{}
	for _, line := range lines {
		posted[line.Account] = line.Amount
	}
	return posted
}

// journalOf sums debits less credits by account; the clearing account is the empty one.
func journalOf(published *statement.Publication) map[string]decimal.Decimal {
	sums := map[string]decimal.Decimal{}
	for line := range published.Journal(statement.DefaultChart()) {
		sums[line.Account] = sums[line.Account].Add(line.Debit).Sub(line.Credit)
	}
	return sums
}

func TestFocusRows(t *testing.T) {
	rows := map[string]statement.FocusRow{}
	for row, err := range publish(t, bill()).FocusRows(statement.DefaultChart(), nil, sequence(bill())) {
		require.NoError(t, err)
		rows[row.PoolID+" "+row.SubAccountID] = row
	}
	t.Run("there is a row per cell, and none for what a pool passes on", func(t *testing.T) {
		require.Len(t, rows, 8)
	})
	t.Run("direct cost was allocated by nobody's method", func(t *testing.T) {
		direct := rows["direct:compute acme"]
		require.Empty(t, direct.AllocatedMethodID+direct.AllocatedMethodDetails+direct.AllocatedResourceID)
		require.Equal(t, "Compute", direct.ServiceCategory)
	})
	t.Run("shared cost names method, ratio, resource and tags", func(t *testing.T) {
		shared := rows["platform acme"]
		require.Equal(t, "lrm-1.proportional", shared.AllocatedMethodID)
		require.Equal(t, "Acme <Robotics>", shared.AllocatedResourceName)
		require.JSONEq(t, `{"omnicloud/plan":"premium","omnicloud/cost_centre":"CC-1","omnicloud/gl_account":"610010"}`, shared.AllocatedTags)
		require.Contains(t, shared.AllocatedMethodDetails, `"AllocatedRatio":0.27777775,"x_ExactRatio":"1111111/4000000"`)
	})
	t.Run("what bridges to the bill has no effective cost", func(t *testing.T) {
		prepaid := rows["bridge:prepaid @prepaid"]
		require.Equal(t, "-5.5", prepaid.BilledCost.String())
		require.True(t, prepaid.EffectiveCost.IsZero())
		require.Equal(t, "Adjustment", prepaid.ChargeCategory)
	})
}

// TestFocusRowsOfARestatement: FOCUS adds nothing to a billing period that was invoiced.
func TestFocusRowsOfARestatement(t *testing.T) {
	row := func(t *testing.T, revisions ...[]ledger.Transaction) statement.FocusRow {
		for row, err := range publish(t, revisions...).FocusRows(statement.DefaultChart(), nil, sequence(bill())) {
			require.NoError(t, err)
			return row
		}
		return statement.FocusRow{}
	}
	t.Run("a close is billed and charged in its month", func(t *testing.T) {
		closed := row(t, bill())
		require.Empty(t, closed.ChargeClass)
		require.Equal(t, september.Start(), closed.PeriodStart)
		require.Equal(t, september.Start(), closed.BillingStart)
		require.Equal(t, september.End(), closed.BillingEnd)
	})
	t.Run("a correction is billed when it was approved, for the month in which the cost was incurred", func(t *testing.T) {
		restated := row(t, bill(), bill())
		require.Equal(t, "Correction", restated.ChargeClass)
		require.Equal(t, september.Start(), restated.PeriodStart)
		require.Equal(t, september.End(), restated.PeriodEnd)
		require.Equal(t, september.Next().Start(), restated.BillingStart)
		require.Equal(t, september.Next().End(), restated.BillingEnd)
	})
}

// TestFocusRowsOfCorrections: what corrects earlier bills is told apart, and nothing is lost.
func TestFocusRowsOfCorrections(t *testing.T) {
	corrections := &statement.CorrectedSums{}
	// Late charges are on an earlier bill; corrections on the month's own are of the month in which they began.
	add := func(billed period.Period, pool, account, amount string) {
		corrections.Add(september, &allocation.PlacedPart{
			Charge: &charge.Charge{BillingPeriod: billed, Currency: "USD", ChargePeriodStart: period.New(2026, time.July).Start()},
			Pool:   pool, Account: account, Category: allocation.CategoryCompute, Amount: money(amount),
		})
	}
	add(period.New(2026, time.August), "", "acme", "2.5")
	add(period.New(2026, time.August), "platform", "", "-0.01")
	add(september, "", "acme", "-1.5")
	rows := func(corrections *statement.CorrectedSums) (own, corrected map[string]decimal.Decimal) {
		own, corrected = map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
		for row, err := range publish(t, bill()).FocusRows(statement.DefaultChart(), corrections, sequence(bill())) {
			require.NoError(t, err)
			require.Equal(t, september.Start(), row.BillingStart)
			at := row.PoolID + " " + row.SubAccountID
			if row.ChargeClass == "" {
				require.Equal(t, september.Start(), row.PeriodStart)
				own[at] = own[at].Add(row.BilledCost)
				continue
			}
			require.Equal(t, "Correction", row.ChargeClass)
			month := period.Of(row.PeriodStart)
			require.Equal(t, month.End(), row.PeriodEnd)
			require.Contains(t, row.ChargeDescription, "correction of "+month.String())
			at = month.String() + " " + at
			corrected[at] = corrected[at].Add(row.BilledCost)
		}
		return own, corrected
	}
	whole, none := rows(nil)
	require.Empty(t, none)
	own, corrected := rows(corrections)
	require.Equal(t, "2.5", corrected["2026-08 direct:compute acme"].String())
	require.Equal(t, "-1.5", corrected["2026-07 direct:compute acme"].String())
	shared := decimal.Zero
	for at, amount := range corrected {
		if strings.Contains(at, "direct:") {
			require.Equal(t, "direct:compute acme", at[len("2026-08 "):], "nobody else has corrected direct cost")
			continue
		}
		shared = shared.Add(amount)
	}
	require.Equal(t, "-0.01", shared.String(), "wherever the pool's cost went")
	for at, amount := range whole {
		sum := own[at]
		for _, month := range []string{"2026-07 ", "2026-08 "} {
			sum = sum.Add(corrected[month+at])
		}
		require.True(t, amount.Equal(sum), at)
	}
}

// TestRatiosSumToOne: over the cells of a pool, as decimals and as fractions.
func TestRatiosSumToOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []string
		for i := range rapid.IntRange(1, 40).Draw(t, "tenants") {
			cells = append(cells, fmt.Sprintf("t%02d", i), decimal.New(rapid.Int64Range(1, 1e12).Draw(t, "amount"), -6).String())
		}
		bill := []ledger.Transaction{transaction(2, "platform", "USD", cells...)}
		decimals, fractions := decimal.Zero, new(big.Rat)
		for row, err := range publish(t, bill).FocusRows(statement.DefaultChart(), nil, sequence(bill)) {
			require.NoError(t, err)
			var details struct {
				Elements []struct {
					AllocatedRatio json.Number
					Exact          string `json:"x_ExactRatio"`
				}
			}
			require.NoError(t, json.Unmarshal([]byte(row.AllocatedMethodDetails), &details))
			decimals = decimals.Add(money(details.Elements[0].AllocatedRatio.String()))
			exact, _ := new(big.Rat).SetString(details.Elements[0].Exact)
			fractions.Add(fractions, exact)
		}
		require.Equal(t, "1", decimals.String())
		require.Equal(t, "1", fractions.RatString())
	})
}

func TestChart(t *testing.T) {
	chart, err := statement.DefaultChart().Override(map[string]string{"clearing": "2100", "tenants": "6100", "@prepaid": "1410"})
	require.NoError(t, err)
	accounts := map[string]string{}
	for line := range publish(t, bill()).Journal(chart) {
		accounts[line.Account] = line.GLAccount
	}
	require.Equal(t, "2100", accounts[""])
	require.Equal(t, "610010", accounts["acme"], "a tenant's own account")
	require.Equal(t, "6100", accounts["globex"])
	require.Equal(t, "1410", accounts["@prepaid"])
	for name, names := range map[string]map[string]string{"unknown": {"@else": "1"}, "tenant": {"acme": "1"}, "empty": {"clearing": ""}} {
		_, err := statement.DefaultChart().Override(names)
		require.Error(t, err, name)
	}
}
