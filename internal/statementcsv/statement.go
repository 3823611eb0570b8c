// Package statementcsv writes statements and journals as CSV, for spreadsheets and the general ledger.
package statementcsv

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/omnicloud/omnicloud/domain/statement"
)

var statementColumns = []string{
	"reference", "book", "period", "revision", "tenant_id", "tenant_name", "gl_account", "cost_centre",
	"currency", "kind", "category", "pool_id", "name", "rule", "rule_id", "rule_version", "amount", "posted",
}

// WriteStatement writes one row per line of a statement: direct cost by category, then shared pools.
// Sums of amount and of posted are the statement's totals.
func WriteStatement(w io.Writer, made statement.Statement) error {
	out := csv.NewWriter(w)
	if err := out.Write(statementColumns); err != nil {
		return err
	}
	for _, section := range made.Sections {
		for _, group := range []struct {
			kind  string
			lines []statement.Line
		}{{"direct", section.Direct}, {"shared", section.Shared}} {
			for _, line := range group.lines {
				if err := out.Write(statementRow(made, section.Currency, group.kind, line)); err != nil {
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

// harmless keeps a text that people chose from being run as a formula by a spreadsheet.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
