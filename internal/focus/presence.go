package focus

import "github.com/omnicloud/omnicloud/internal/csvfile"

// demand is what a column owes.
type demand int

const (
	// optional columns may be missing from a file or from any row.
	optional demand = iota
	// consistent columns may be missing from a file, or hold nothing in all of it where the import
	// gives the value. One empty cell among filled ones is a damaged row: FOCUS allows none, and the
	// row would silently become somebody else's, or of another currency.
	consistent
	// required columns must be in the header and hold a value in every row.
	required
)

// presence follows whether the rows of a consistent column hold values.
type presence struct {
	// flag names what gave a value for the whole import; empty where nothing did.
	flag string
	// filled is the line of the first row with a value, empty that of the first one without, 0 where
	// there was none yet.
	filled, empty int
}

// flagFor names the flag of the import that fills in a column, or "" where none was given.
func (o Options) flagFor(column string) string {
	switch {
	case column == "BillingAccountId" && o.BillingAccount != "":
		return "--billing-account"
	case column == "BillingCurrency" && o.Currency != "":
		return "--currency"
	default:
		return ""
	}
}

// checkPresence returns an InvalidInput error where a row lacks a value that it must have.
func (b *binding) checkPresence(row *csvfile.Row, absent bool) error {
	seen := &b.presence
	switch {
	case absent && b.demand == required:
		return row.Wrap(b.place, errAbsent, "")
	case absent && seen.flag == "":
		return row.Errorf(b.place, "is empty; a file that has the column needs it in every row")
	case absent && seen.filled > 0:
		return row.Errorf(b.place, "is empty, but line %d holds a value; %s counts only where the whole column is empty", seen.filled, seen.flag)
	case !absent && seen.empty > 0:
		return row.Errorf(b.place, "is given here, but line %d is empty; %s counts only where the whole column is empty", seen.empty, seen.flag)
	case absent && seen.empty == 0:
		seen.empty = row.Line
	case !absent && seen.filled == 0:
		seen.filled = row.Line
	}
	return nil
}
