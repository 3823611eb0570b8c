package rulesfile_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

const shortBook = "version: 1\nbook: eu\ncurrency: EUR\nfirst_period: 2026-01\n"

func TestParseBook(t *testing.T) {
	t.Run("fills in what is left out", func(t *testing.T) {
		book, err := rulesfile.ParseBook("book.yaml", []byte(shortBook))
		require.NoError(t, err)
		require.Equal(t, closing.Book{
			ID: "eu", Name: "eu", Currency: "EUR", Basis: closing.BasisEffective, PeriodBy: closing.PeriodByBilling,
			CloseDay: 10, InOrder: true, FirstPeriod: period.New(2026, time.January),
			ApprovalDeadline: 48 * time.Hour, ReminderEvery: 24 * time.Hour,
			AnomalyLeastImpact: decimal.New(25, 0),
		}, book)
	})
	t.Run("reads JSON", func(t *testing.T) {
		book, err := rulesfile.ParseBook("book.json", []byte(`{"version":1,"book":"eu","currency":"EUR","first_period":"2026-01","approvers":["ada"]}`))
		require.NoError(t, err)
		require.Equal(t, []string{"ada"}, book.Approvers)
	})
	t.Run("reads back what is shown", func(t *testing.T) {
		digits := 4
		book := closing.Book{
			ID: "2026-01", Name: "Europe: \"all\"\n#1", Currency: "JPY", Basis: closing.BasisBilled, PeriodBy: closing.PeriodByCharge,
			BillingAccounts: []string{"111122223333", "0x1f"}, PostingDigits: &digits, CloseDay: 28,
			VarianceTolerance: decimal.RequireFromString("0.0100000000000000000001"), FirstPeriod: period.New(2024, time.December),
			ApprovalDeadline: 36*time.Hour + 30*time.Minute, ReminderEvery: 90 * time.Second, Approvers: []string{"ada@example.com", "no"},
			AnomalyLeastImpact: decimal.New(1, 2),
		}
		again, err := rulesfile.ParseBook("book.yaml", rulesfile.FormatBook(book))
		require.NoError(t, err)
		require.True(t, book.VarianceTolerance.Equal(again.VarianceTolerance))
		require.True(t, book.AnomalyLeastImpact.Equal(again.AnomalyLeastImpact))
		again.VarianceTolerance, again.AnomalyLeastImpact = book.VarianceTolerance, book.AnomalyLeastImpact
		require.Equal(t, book, again)
	})
	for text, want := range map[string]string{
		"book: eu":                                  "book.yaml:1: version is \"\"; this program reads version: 1",
		shortBook + "close_day: 31":                 "book.yaml:5: close_day: close day 31 is not in every month; give 1 to 28",
		shortBook + "close_day: tenth":              `book.yaml:5: close_day: "tenth" is no whole number`,
		shortBook + "posting_digits: -1":            "book.yaml:5: posting_digits: -1 posting digits are not possible; give 0 to 18, or none for the currency's own",
		shortBook + "cost_basis: amortized":         `book.yaml:5: cost_basis: cost basis "amortized" is neither effective nor billed`,
		shortBook + "period_by: usage":              `book.yaml:5: period_by: "usage" is neither billing nor charge`,
		shortBook + "variance_tolerance: -0.01":     "book.yaml:5: variance_tolerance: the variance tolerance -0.01 is below zero",
		shortBook + "in_order: maybe":               `book.yaml:5: in_order: "maybe" is neither true nor false`,
		shortBook + "approval_deadline: two days":   `book.yaml:5: approval_deadline: "two days" is no duration such as 48h or 90m`,
		shortBook + "approval_deadline: 10000h":     "book.yaml:5: approval_deadline: an approval deadline of",
		shortBook + "anomaly_least_impact: -1":      "book.yaml:5: anomaly_least_impact: the least impact of an anomaly, -1, is below zero",
		shortBook + "reminder_every: 1s":            "book.yaml:5: reminder_every: reminders every 1s are too many",
		shortBook + "approvers: [ada, ada]":         `book.yaml:5: approvers: approver "ada" is listed twice`,
		shortBook + "billing_accounts: ['']":        "book.yaml:5: billing_accounts: a billing account is empty",
		shortBook + "aprovers: [ada]":               "book.yaml:5: aprovers: is not known here",
		"version: 1\nbook: a b\ncurrency: EUR":      `book.yaml:2: book: the book's id is "a b"`,
		"version: 1\nbook: eu\ncurrency: EURO":      "book.yaml:3: currency: ",
		"version: 1\nbook: eu\ncurrency: EUR":       "book.yaml:1: the book's first period is missing",
		"version: 1\nbook: eu\nfirst_period: today": "book.yaml:3: first_period: ",
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			_, err := rulesfile.ParseBook("book.yaml", []byte(text))
			require.True(t, fault.Is(err, fault.InvalidInput), err)
			require.ErrorContains(t, err, want)
		})
	}
}

func FuzzParseBook(f *testing.F) {
	f.Add([]byte(shortBook))
	f.Add([]byte(`{"version":1,"book":"eu","posting_digits":2}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		book, err := rulesfile.ParseBook("book.yaml", text)
		if err != nil {
			require.Contains(t, []fault.Code{fault.InvalidInput, fault.TooLarge}, fault.CodeOf(err))
			return
		}
		require.NoError(t, book.Validate())
	})
}
