// Package exports_test holds the files that are handed on against ones that people looked at: what a
// tenant is sent, what is booked, and the month in FOCUS.
package exports_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"iter"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/focusexport"
	"github.com/omnicloud/omnicloud/internal/statementcsv"
	"github.com/omnicloud/omnicloud/internal/statementhtml"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a file with what it was.
func golden(t *testing.T, name string, write func(*bytes.Buffer) error) {
	t.Helper()
	var file bytes.Buffer
	require.NoError(t, write(&file))
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, file.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), file.String())
}

func TestExportsAreWhatTheyWere(t *testing.T) {
	first, second := publish(t, closed()), publish(t, closed(), restated())
	owes, err := first.Statement("initech", owed("initech", closed()))
	require.NoError(t, err)
	t.Run("a statement as a page", func(t *testing.T) {
		golden(t, "statement.html", func(file *bytes.Buffer) error { return statementhtml.Write(file, owes) })
	})
	t.Run("a statement as a table", func(t *testing.T) {
		golden(t, "statement.csv", func(file *bytes.Buffer) error { return statementcsv.WriteStatement(file, owes) })
	})
	t.Run("the journal of a month", func(t *testing.T) {
		golden(t, "journal.csv", func(file *bytes.Buffer) error {
			return statementcsv.WriteJournal(file, first.Journal(statement.DefaultChart()))
		})
	})
	t.Run("the journal of what a restatement changes", func(t *testing.T) {
		golden(t, "journal-restated.csv", func(file *bytes.Buffer) error {
			return statementcsv.WriteJournal(file, second.Journal(statement.DefaultChart()))
		})
	})
	t.Run("the month in FOCUS, with what it corrects of earlier ones", func(t *testing.T) {
		golden(t, "focus.csv", func(file *bytes.Buffer) error { return focusexport.WriteCSV(file, rows(first)) })
	})
	t.Run("what a restatement changes in FOCUS", func(t *testing.T) {
		golden(t, "focus-restated.csv", func(file *bytes.Buffer) error {
			return focusexport.WriteCSV(file, second.FocusRows(statement.DefaultChart(), nil, sequence(restated())))
		})
	})
}

func rows(of *statement.Publication) iter.Seq2[statement.FocusRow, error] {
	return of.FocusRows(statement.DefaultChart(), corrected(), sequence(closed()))
}

// TestParquetHoldsWhatCSVHolds compares the two forms of the month, value by value.
func TestParquetHoldsWhatCSVHolds(t *testing.T) {
	of := publish(t, closed())
	var asCSV, asParquet bytes.Buffer
	require.NoError(t, focusexport.WriteCSV(&asCSV, rows(of)))
	fit, err := focusexport.FitDecimals(rows(of))
	require.NoError(t, err)
	require.NoError(t, focusexport.WriteParquet(&asParquet, fit, rows(of)))
	want, err := csv.NewReader(&asCSV).ReadAll()
	require.NoError(t, err)
	opened, err := parquet.OpenFile(bytes.NewReader(asParquet.Bytes()), int64(asParquet.Len()))
	require.NoError(t, err)
	require.EqualValues(t, len(want)-1, opened.NumRows())
	got := make([]parquet.Row, opened.NumRows())
	count, err := parquet.NewReader(opened).ReadRows(got)
	require.Len(t, got, count, "%v", err)
	for i, row := range got {
		for k, name := range want[0] {
			leaf, found := opened.Schema().Lookup(name)
			require.True(t, found, name)
			require.Equal(t, canonical(want[i+1][k]), text(row[leaf.ColumnIndex]), "%s of row %d", name, i+1)
		}
	}
}

// text writes a value of Parquet as the CSV has it.
func text(value parquet.Value) string {
	switch {
	case value.IsNull():
		return ""
	case value.Kind() == parquet.Int64:
		return time.UnixMilli(value.Int64()).UTC().Format(time.RFC3339)
	case value.Kind() == parquet.FixedLenByteArray:
		units := new(big.Int).SetBytes(value.ByteArray())
		if units.Bit(127) == 1 {
			units.Sub(units, new(big.Int).Lsh(big.NewInt(1), 128))
		}
		return decimal.NewFromBigInt(units, -18).String() // the scale of a usual bill
	default:
		return canonical(string(value.ByteArray()))
	}
}

// canonical writes an amount without zeros at its end, and leaves other text as it is.
func canonical(text string) string {
	if amount, err := decimal.NewFromString(text); err == nil {
		return amount.String()
	}
	return text
}
