package statementcsv

import (
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/statement"
)

var journalColumns = []string{
	"reference", "line", "date", "gl_account", "cost_centre", "account", "description", "currency", "debit", "credit",
}

// WriteJournal writes a journal line by line; of debit and credit one is empty.
func WriteJournal(w io.Writer, lines iter.Seq[statement.JournalLine]) error {
	out := csv.NewWriter(w)
	if err := out.Write(journalColumns); err != nil {
		return err
	}
	for line := range lines {
		if err := out.Write([]string{
			line.Reference, strconv.Itoa(line.Number), line.Date.Format(time.DateOnly),
			harmless(line.GLAccount), harmless(line.CostCentre), line.Account, harmless(line.Description),
			line.Currency, side(line.Debit), side(line.Credit),
		}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func side(amount decimal.Decimal) string {
	if amount.IsZero() {
		return ""
	}
	return money.Posted{Decimal: amount}.String()
}
