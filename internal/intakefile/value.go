package intakefile

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	moment "github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// longestText bounds names and account ids, some of which become keys.
const longestText = 256

// identifier reads a tenant's id.
func identifier(row *csvfile.Row, column int) (string, error) {
	id := row.Text(column)
	if err := tenancy.CheckID(id); err != nil {
		return "", row.Wrap(column, err, "")
	}
	return id, nil
}

// plainText reads a text that PostgreSQL can keep; a column that the file lacks is empty.
func plainText(row *csvfile.Row, column int) (string, error) {
	text := row.Text(column)
	switch {
	case len(text) > longestText:
		return "", row.Errorf(column, "is longer than %d bytes", longestText)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", row.Errorf(column, "is not UTF-8 text without zero bytes")
	}
	return text, nil
}

// number reads an exact decimal number.
func number(row *csvfile.Row, column int) (decimal.Decimal, error) {
	value, err := money.ParseDecimal(row.Text(column))
	if err != nil {
		return decimal.Decimal{}, row.Wrap(column, err, "")
	}
	return value, nil
}

// instant reads an RFC 3339 time; an empty field, or a column that the file lacks, is no time.
func instant(row *csvfile.Row, column int) (time.Time, error) {
	text := row.Text(column)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.UTC().Year() < 1900 || at.UTC().Year() > 2200 {
		return time.Time{}, row.Errorf(column, "is not a time such as 2026-09-01T00:00:00Z, from 1900 to 2200")
	}
	return moment.Of(at), nil
}

// ownOrGiven reads the month that a row names, else that of the import, which may be none. A file's word
// and the command's must not differ.
func ownOrGiven(row *csvfile.Row, column int, given period.Period) (period.Period, error) {
	text := row.Text(column)
	if text == "" {
		return given, nil
	}
	month, err := period.Parse(text)
	if err != nil {
		return month, row.Wrap(column, err, "")
	}
	if !given.IsZero() && month != given {
		return month, row.Errorf(column, "is not %s, the period of the import", given)
	}
	return month, nil
}

// once refuses a key that was given before, in whatever file.
func once(seen map[string]string, key string, row *csvfile.Row, column int) error {
	if before, twice := seen[key]; twice {
		return row.Errorf(column, "was given before, in %s", before)
	}
	seen[key] = fmt.Sprintf("line %d", row.Line)
	return nil
}
