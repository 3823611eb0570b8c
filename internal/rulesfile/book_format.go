package rulesfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// FormatBook writes a book as YAML that ParseBook reads back to the same book.
func FormatBook(book closing.Book) []byte {
	var out bytes.Buffer
	line := func(key, value string) { fmt.Fprintf(&out, "%s: %s\n", key, value) }
	line("version", "1")
	line("book", quoted(book.ID))
	line("name", quoted(book.Name))
	line("billing_accounts", quotedList(book.BillingAccounts))
	line("currency", book.Currency)
	line("cost_basis", string(book.Basis))
	line("period_by", string(book.PeriodBy))
	if book.PostingDigits != nil {
		line("posting_digits", strconv.Itoa(*book.PostingDigits))
	}
	line("close_day", strconv.Itoa(book.CloseDay))
	line("variance_tolerance", quoted(book.VarianceTolerance.String()))
	line("in_order", strconv.FormatBool(book.InOrder))
	line("first_period", quoted(book.FirstPeriod.String()))
	line("approval_deadline", shortest(book.ApprovalDeadline))
	line("reminder_every", shortest(book.ReminderEvery))
	line("anomaly_least_impact", quoted(book.AnomalyLeastImpact.String()))
	line("approvers", quotedList(book.Approvers))
	return out.Bytes()
}

// quoted writes a text as a JSON string, which is YAML too and is never taken for a number.
func quoted(text string) string {
	written, _ := json.Marshal(text) // a string always has a JSON form
	return string(written)
}

func quotedList(list []string) string {
	items := make([]string, len(list))
	for i, item := range list {
		items[i] = quoted(item)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// shortest writes 48h0m0s as 48h.
func shortest(duration time.Duration) string {
	written := duration.String()
	if strings.HasSuffix(written, "m0s") {
		written = strings.TrimSuffix(written, "0s")
	}
	if strings.HasSuffix(written, "h0m") {
		written = strings.TrimSuffix(written, "0m")
	}
	return written
}
