package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// longestSliceList is how many slices a report lists; a bill of thousands of accounts is summed up.
const longestSliceList = 24

// writeImportReport prints what an import did, for people.
func writeImportReport(out io.Writer, report intake.Report, took time.Duration) error {
	var text bytes.Buffer
	fmt.Fprintf(&text, "%s: %d rows in %.1f s, import %s\n", report.Name, report.Rows, took.Seconds(), report.ID)
	fmt.Fprintf(&text, "%d added, %d replaced, %d unchanged, %d late\n\n",
		report.Count(intake.OutcomeAdded), report.Count(intake.OutcomeReplaced),
		report.Count(intake.OutcomeUnchanged), report.Count(intake.OutcomeLate))
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	writeSlices(table, report)
	if err := table.Flush(); err != nil {
		return err
	}
	if hidden := len(report.Slices) - longestSliceList; hidden > 0 {
		fmt.Fprintf(&text, "and %d more\n", hidden)
	}
	if len(report.Totals) > 0 {
		fmt.Fprintln(&text)
		writeTotals(table, report.Totals)
		if err := table.Flush(); err != nil {
			return err
		}
	}
	writeCoverage(&text, report)
	if err := writeAsides(&text, table, report.Aside); err != nil {
		return err
	}
	if report.Count(intake.OutcomeLate) > 0 {
		fmt.Fprintf(&text, "\nWhat is late came after a close had frozen its month: the next close books it, unless a restatement does before.\n")
	}
	_, err := out.Write(text.Bytes())
	return err
}

// writeSlices lists what became of each account and month. The hash lets two people compare what they
// imported.
func writeSlices(table io.Writer, report intake.Report) {
	scope := "ACCOUNT"
	if report.Kind == kindMetrics {
		scope = "SERIES"
	}
	if report.Kind == kindResources || declares(report.Kind) {
		scope = "TENANT"
	}
	fmt.Fprintf(table, "PERIOD\t%s\tROWS\tOUTCOME\tCONTENT\n", scope)
	for i, slice := range report.Slices {
		if i == longestSliceList {
			return
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%.12s\n", orDash(slice.Period.String()), orDash(slice.Scope), slice.Rows, slice.Outcome, slice.ContentHash)
	}
}

// writeTotals prints sums to the last digit, to be held against the invoice. A currency that spans
// several months gets a line for all of them.
func writeTotals(table io.Writer, totals []intake.PeriodTotal) {
	fmt.Fprintln(table, "PERIOD\tCURRENCY\tBILLED\tEFFECTIVE")
	whole, months := map[string]intake.Sum{}, map[string]int{}
	for _, total := range totals {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", total.Period, total.Currency, total.Billed, total.Effective)
		whole[total.Currency] = whole[total.Currency].Add(total.Sum)
		months[total.Currency]++
	}
	for _, currency := range slices.Sorted(maps.Keys(whole)) {
		if months[currency] > 1 {
			fmt.Fprintf(table, "all\t%s\t%s\t%s\n", currency, whole[currency].Billed, whole[currency].Effective)
		}
	}
}

// writeAsides lists what drives nothing because it is no tenant's.
func writeAsides(text io.Writer, table *tabwriter.Writer, left []intake.Aside) error {
	if len(left) == 0 {
		return nil
	}
	fmt.Fprintln(text, "\nLeft out, since it is no tenant's; what it cost is split over the tenants as their own usage says:")
	fmt.Fprintln(table, "NAMESPACE\tREASON\tUSAGE")
	for i, aside := range left {
		if i == longestSliceList {
			break
		}
		var quantities []string
		for _, category := range slices.Sorted(maps.Keys(aside.Quantities)) {
			quantities = append(quantities, category+" "+aside.Quantities[category].String())
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", aside.Name, aside.Reason, strings.Join(quantities, ", "))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if hidden := len(left) - longestSliceList; hidden > 0 {
		fmt.Fprintf(text, "and %d more\n", hidden)
	}
	return nil
}

// writeCoverage says how much of a bill the mapping gives to someone.
func writeCoverage(text io.Writer, report intake.Report) {
	coverage := report.Coverage
	switch {
	case report.Kind != "focus":
		return
	case coverage == nil:
		fmt.Fprintln(text, "\nNo mapping is in force: all of it would land in @unallocated.")
		return
	}
	fmt.Fprintf(text, "\nThe mapping covers %d of %d rows", coverage.MatchedRows, coverage.Rows)
	for _, currency := range slices.Sorted(maps.Keys(coverage.Cost)) {
		fmt.Fprintf(text, ", %s of the effective cost in %s", percentage(coverage.MatchedCost[currency], coverage.Cost[currency]), currency)
	}
	fmt.Fprintln(text, "; the rest would land in @unallocated.")
}

// percentage rounds down, so that only a whole is shown as 100 %.
func percentage(part, whole decimal.Decimal) string {
	if whole.IsZero() {
		return "100 %"
	}
	return part.Mul(decimal.New(100, 0)).DivRound(whole, 6).RoundDown(2).String() + " %"
}

// orDash keeps a column from looking forgotten.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
