// Package statementcsv writes statements and journals as CSV, for spreadsheets and the general ledger.
package statementcsv

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/statement"
)

var statementColumns = []string{
	"reference", "book", "period", "revision", "tenant_id", "tenant_name", "gl_account", "cost_centre",
	"currency", "kind", "category", "pool_id", "name", "rule", "rule_id", "rule_version", "amount", "posted",
}

// convertedColumns follow where another currency was asked for.
var convertedColumns = []string{"converted_currency", "converted_amount", "rate_base", "rate_quote", "rate", "rate_as_of"}

// WriteStatement writes one row per line of a statement: direct cost by category, then shared pools.
// Sums of amount and of posted are the statement's totals, and where it was converted so are those of
// converted_amount; an amount that was in that currency already names no rate.
func WriteStatement(w io.Writer, made statement.Statement) error {
	out := csv.NewWriter(w)
	header := statementColumns
	converted := slices.ContainsFunc(made.Sections, func(section statement.Section) bool { return section.Converted != nil })
	if converted {
		header = slices.Concat(header, convertedColumns)
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for _, section := range made.Sections {
		for _, group := range []struct {
			kind  string
			lines []statement.Line
		}{{"direct", section.Direct}, {"shared", section.Shared}} {
			for _, line := range group.lines {
				row := statementRow(made, section.Currency, group.kind, line)
				if converted {
					row = append(row, convertedFields(section.Converted, line)...)
				}
				if err := out.Write(row); err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

func statementRow(made statement.Statement, currency, kind string, line statement.Line) []string {
	version := ""
	if line.RuleVersion > 0 {
		version = strconv.Itoa(line.RuleVersion)
	}
	return []string{
		made.Reference, made.Book, made.Period.String(), strconv.Itoa(made.Revision),
		made.Tenant.ID, harmless(made.Tenant.Name), harmless(made.Tenant.GLAccount), harmless(made.Tenant.CostCentre),
		currency, kind, string(line.Category), line.PoolID, harmless(line.Name), line.Rule, line.RuleID, version,
		line.Amount.String(), line.Posted.String(),
	}
}

// convertedFields are what a line comes to in another currency, and by which rate.
func convertedFields(of *statement.Converted, line statement.Line) []string {
	fields := make([]string, len(convertedColumns))
	if of == nil || line.Converted == nil {
		return fields
	}
	fields[0], fields[1] = of.Currency, line.Converted.String()
	if rate := of.Rate; rate != nil {
		fields[2], fields[3], fields[4], fields[5] = rate.Base, rate.Quote, rate.Rate.String(), rate.AsOf.UTC().Format(time.RFC3339)
	}
	return fields
}

// harmless keeps a text that people chose from being run as a formula by a spreadsheet.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
