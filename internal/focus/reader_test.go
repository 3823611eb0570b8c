package focus_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/csvfile"
	"github.com/omnicloud/omnicloud/internal/focus"
)

// spacedKey is a tag's key as one provider delivers it, beside the same without the space.
const spacedKey = " org"

// read returns copies of all charges of a text.
func read(text string, options focus.Options) ([]charge.Charge, error) {
	file, err := csvfile.NewReader("bill.csv", strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	reader, err := focus.NewReader(file, options)
	if err != nil {
		return nil, err
	}
	var list []charge.Charge
	for {
		next, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, *next)
	}
}

func TestReaderTakesWhatRealBillsHold(t *testing.T) {
	text, err := os.ReadFile("testdata/edges.csv")
	require.NoError(t, err)
	list, err := read(string(text), focus.Options{})
	require.NoError(t, err)
	require.Len(t, list, 3)

	t.Run("amounts keep every digit", func(t *testing.T) {
		assert.Equal(t, "0.00000080000", list[0].BilledCost.StringFixed(-list[0].BilledCost.Exponent()))
		assert.Equal(t, "-12.5", list[1].BilledCost.String())
		assert.Equal(t, "0.001", list[2].BilledCost.String())
		assert.Equal(t, "150", list[2].EffectiveCost.String())
	})
	t.Run("NULL, null, (null) and nothing are absent", func(t *testing.T) {
		assert.Empty(t, list[0].ChargeClass)
		assert.Empty(t, list[0].ResourceID)
		assert.Empty(t, list[0].CommitmentDiscountID)
		assert.False(t, list[0].CommitmentDiscountQuantity.Valid)
		assert.Nil(t, list[0].Tags)
		assert.Empty(t, list[1].SubAccountID)
		assert.True(t, list[1].ChargePeriodEnd.IsZero())
		assert.False(t, list[2].ConsumedQuantity.Valid)
	})
	t.Run("times come in both spellings, with zones, and beyond midnight", func(t *testing.T) {
		assert.Equal(t, time.Date(2026, 3, 18, 22, 0, 0, 0, time.UTC), list[0].ChargePeriodStart)
		assert.Equal(t, time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC), list[1].ChargePeriodStart)
		assert.Equal(t, time.Date(2026, 4, 1, 6, 0, 0, 0, time.UTC), list[2].ChargePeriodStart)
		assert.Equal(t, "2026-04", list[2].BillingPeriod.String())
	})
	t.Run("tags keep their keys and become text", func(t *testing.T) {
		assert.Equal(t, map[string]string{spacedKey: "a", "org": "b", "count": "1.10", "live": "true", "none": ""}, list[1].Tags)
		assert.Equal(t, map[string]string{"team": "core"}, list[2].Tags, "encoded twice")
	})
	t.Run("fields may hold commas and line ends", func(t *testing.T) {
		assert.Equal(t, "urn:a,b\nc", list[1].ResourceID)
	})
	t.Run("rows are numbered", func(t *testing.T) {
		assert.Equal(t, int64(3), list[2].SourceRow)
	})
}

func TestReaderToleratesWhatVersionsLeaveOut(t *testing.T) {
	const bare = "chargeperiodstart,BILLINGPERIODSTART,EffectiveCost,BilledCost\n2026-03-01,2026-03-01,2,1\n"
	t.Run("only costs and times are needed, in any case and order", func(t *testing.T) {
		list, err := read(bare, focus.Options{Currency: "USD", BillingAccount: "acme"})
		require.NoError(t, err)
		assert.Equal(t, "USD", list[0].Currency)
		assert.Equal(t, "acme", list[0].BillingAccountID)
		assert.True(t, decimal.NewFromInt(1).Equal(list[0].BilledCost))
	})
	t.Run("a currency must come from somewhere", func(t *testing.T) {
		_, err := read(bare, focus.Options{})
		require.ErrorContains(t, err, "BillingCurrency")
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
	t.Run("what the file says counts before what the import says", func(t *testing.T) {
		list, err := read("BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,BillingCurrency\n1,1,2026-03-01,2026-03-01,EUR\n", focus.Options{Currency: "USD"})
		require.NoError(t, err)
		assert.Equal(t, "EUR", list[0].Currency)
	})
	t.Run("columns that are empty from top to bottom are as good as missing", func(t *testing.T) {
		const empty = "BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,BillingCurrency,BillingAccountId\n" +
			"1,1,2026-03-01,2026-03-01,NULL,\n2,2,2026-03-01,2026-03-01,,NULL\n"
		list, err := read(empty, focus.Options{Currency: "USD", BillingAccount: "acme"})
		require.NoError(t, err)
		for _, charged := range list {
			assert.Equal(t, "USD", charged.Currency)
			assert.Equal(t, "acme", charged.BillingAccountID)
		}
	})
}

func TestReaderRefuses(t *testing.T) {
	const header = "BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,BillingCurrency,Tags,ResourceId,BillingAccountId,ConsumedQuantity\n"
	const good = "1,1,2026-03-01T00:00:00Z,2026-03-01T00:00:00Z,,USD,,,acme,\n"
	cases := map[string]struct{ text, column, value string }{
		"NaN":                          {header + good + "NaN,1,2026-03-01,2026-03-01,,USD,,,acme,", "BilledCost", "NaN"},
		"infinity":                     {header + good + "1,-Infinity,2026-03-01,2026-03-01,,USD,,,acme,", "EffectiveCost", "-Infinity"},
		"an exponent without end":      {header + good + "1e999999999,1,2026-03-01,2026-03-01,,USD,,,acme,", "BilledCost", "1e999999999"},
		"an amount of 200 digits":      {header + good + strings.Repeat("9", 200) + ",1,2026-03-01,2026-03-01,,USD,,,acme,", "BilledCost", "9999"},
		"thousands separators":         {header + good + `"1,000",1,2026-03-01,2026-03-01,,USD,,,acme,`, "BilledCost", "1,000"},
		"a currency sign":              {header + good + "$1,1,2026-03-01,2026-03-01,,USD,,,acme,", "BilledCost", "$1"},
		"two points":                   {header + good + "1.1.1,1,2026-03-01,2026-03-01,,USD,,,acme,", "BilledCost", "1.1.1"},
		"an absent cost":               {header + good + "NULL,1,2026-03-01,2026-03-01,,USD,,,acme,", "BilledCost", "NULL"},
		"an absent period":             {header + good + "1,1,,2026-03-01,,USD,,,acme,", "BillingPeriodStart", ""},
		"the thirtieth of February":    {header + good + "1,1,2026-02-30,2026-03-01,,USD,,,acme,", "BillingPeriodStart", "2026-02-30"},
		"a year that nobody bills":     {header + good + "1,1,0001-02-03,2026-03-01,,USD,,,acme,", "BillingPeriodStart", "0001-02-03"},
		"an American date":             {header + good + "1,1,03/01/2026,2026-03-01,,USD,,,acme,", "BillingPeriodStart", "03/01/2026"},
		"a minute beyond 59":           {header + good + "1,1,2026-03-01T00:60:00Z,2026-03-01,,USD,,,acme,", "BillingPeriodStart", "2026-03-01T00:60:00Z"},
		"a charge that ends before it": {header + good + "1,1,2026-03-01,2026-03-02,2026-03-01,USD,,,acme,", "ChargePeriodEnd", "2026-03-01"},
		"an unknown currency":          {header + good + "1,1,2026-03-01,2026-03-02,,usd,,,acme,", "BillingCurrency", "usd"},
		"an absent currency":           {header + good + "1,1,2026-03-01,2026-03-02,,NULL,,,acme,", "BillingCurrency", "NULL"},
		"tags that are no object":      {header + good + "1,1,2026-03-01,2026-03-02,,USD,[1],,acme,", "Tags", "[1]"},
		"tags that are cut off":        {header + good + `1,1,2026-03-01,2026-03-02,,USD,"{""a"":",,acme,`, "Tags", `{"a":`},
		"two objects of tags":          {header + good + `1,1,2026-03-01,2026-03-02,,USD,{}{},,acme,`, "Tags", `{}{}`},
		"a list as a tag's value":      {header + good + `1,1,2026-03-01,2026-03-02,,USD,"{""a"": [1]}",,acme,`, "Tags", `{"a": [1]}`},
		"a tag with a zero byte":       {header + good + `1,1,2026-03-01,2026-03-02,,USD,"{""a"": ""\u0000""}",,acme,`, "Tags", `\u0000`},
		"text that is not UTF-8":       {header + good + "1,1,2026-03-01,2026-03-02,,USD,,\xff,acme,", "ResourceId", `\xff`},
		"an account id without end":    {header + good + "1,1,2026-03-01,2026-03-02,,USD,,," + strings.Repeat("a", 257) + ",", "BillingAccountId", "aaa"},
		"a quantity that is none":      {header + good + "1,1,2026-03-01,2026-03-02,,USD,,,acme,many", "ConsumedQuantity", "many"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.text, focus.Options{})
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err), "%v", err)
			require.ErrorContains(t, err, "bill.csv line 3")
			require.ErrorContains(t, err, "column "+c.column)
			require.ErrorContains(t, err, strings.ReplaceAll(c.value, `"`, `\"`))
			var coded *fault.Error
			require.ErrorAs(t, err, &coded)
			assert.Equal(t, "bill.csv:3:"+c.column, coded.Fields[0].Pointer)
		})
	}
	headers := map[string]string{
		"a missing cost":   "BilledCost,BillingPeriodStart,ChargePeriodStart\n",
		"a column twice":   "BilledCost,BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,BillingCurrency\n",
		"no header at all": "",
	}
	for name, text := range headers {
		t.Run(name, func(t *testing.T) {
			_, err := read(text, focus.Options{Currency: "USD"})
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			require.ErrorContains(t, err, "bill.csv")
		})
	}
}

// TestReaderRefusesWhatFOCUSDoesNotAllow: rows that would count in the wrong month, account or currency.
func TestReaderRefusesWhatFOCUSDoesNotAllow(t *testing.T) {
	const header = "BilledCost,EffectiveCost,ChargePeriodStart,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,BillingAccountId,BillingCurrency\n"
	const good = "1,1,2026-03-05,2026-03-01T00:00:00Z,2026-04-01 00:00:00,Usage,acme,USD\n"
	given := focus.Options{Currency: "USD", BillingAccount: "acme"}
	for name, c := range map[string]struct {
		text, where string
		options     focus.Options
	}{
		"a charge category of its own":                         {header + good + "1,1,2026-03-05,2026-03-01,2026-04-01,Bogus,acme,USD\n", `line 3, column ChargeCategory, value "Bogus": is none of`, given},
		"a charge category in small letters":                   {header + good + "1,1,2026-03-05,2026-03-01,2026-04-01,usage,acme,USD\n", `line 3, column ChargeCategory, value "usage"`, given},
		"an empty charge category":                             {header + good + "1,1,2026-03-05,2026-03-01,2026-04-01,NULL,acme,USD\n", `line 3, column ChargeCategory, value "NULL": is empty`, given},
		"a period that starts within a month":                  {header + good + "1,1,2026-03-05,2026-03-15,2026-04-01,Usage,acme,USD\n", `line 3, column BillingPeriodStart, value "2026-03-15"`, given},
		"a period that starts an hour late":                    {header + good + "1,1,2026-03-05,2026-03-01T01:00:00Z,2026-04-01,Usage,acme,USD\n", "line 3, column BillingPeriodStart", given},
		"a period that ends before it starts":                  {header + good + "1,1,2026-03-05,2026-03-01,2026-02-01,Usage,acme,USD\n", `line 3, column BillingPeriodEnd, value "2026-02-01"`, given},
		"a period of two months":                               {header + good + "1,1,2026-03-05,2026-03-01,2026-05-01,Usage,acme,USD\n", "line 3, column BillingPeriodEnd", given},
		"a period that ends with its last day":                 {header + good + "1,1,2026-03-05,2026-03-01,2026-03-31,Usage,acme,USD\n", "line 3, column BillingPeriodEnd", given},
		"one row without an account":                           {header + good + "1,1,2026-03-05,2026-03-01,2026-04-01,Usage,,USD\n", `line 3, column BillingAccountId, value "": is empty`, focus.Options{}},
		"one row without an account, though one is given":      {header + good + "1,1,2026-03-05,2026-03-01,2026-04-01,Usage,,USD\n", "line 3, column BillingAccountId", given},
		"one row without a currency, though one is given":      {header + good + "1,1,2026-03-05,2026-03-01,2026-04-01,Usage,acme,NULL\n", "line 3, column BillingCurrency", given},
		"an account only from the second row on, though given": {header + "1,1,2026-03-05,2026-03-01,2026-04-01,Usage,,USD\n" + good, "line 3, column BillingAccountId, value \"acme\": is given here, but line 2 is empty", given},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.text, c.options)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err), "%v", err)
			require.ErrorContains(t, err, "bill.csv "+c.where)
		})
	}
}

// TestReaderTakesThePublishedFiles reads each file of the FinOps Foundation that is at hand.
func TestReaderTakesThePublishedFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.csv")
	require.NoError(t, err)
	for _, pattern := range []string{"../../cmd/omnicloud/testdata/commitments/*.csv"} {
		more, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, more)
		paths = append(paths, more...)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			list, err := read(string(text), focus.Options{Currency: "USD", BillingAccount: "acme"})
			require.NoError(t, err)
			require.NotEmpty(t, list)
		})
	}
}

func TestChargesReadsFoldersInOrder(t *testing.T) {
	folder := t.TempDir()
	const header = "BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart,BillingCurrency\n"
	row := func(amount string) string { return amount + ",0,2026-03-01,2026-03-01,USD\n" }
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	write("b.csv", header+row("3"))
	write("a/part-2.csv", header+row("2"))
	write("a/part-1.csv", header+row("1")+row("1.5"))
	write("readme.txt", "not a bill")
	write(".hidden.csv", "not a bill")
	var amounts []string
	var rows []int64
	for next, err := range focus.Charges(csvfile.Readers(csvfile.Folder(folder, nil, nil)), focus.Options{}) {
		require.NoError(t, err)
		amounts, rows = append(amounts, next.BilledCost.String()), append(rows, next.SourceRow)
	}
	assert.Equal(t, []string{"1", "1.5", "2", "3"}, amounts)
	assert.Equal(t, []int64{1, 2, 3, 4}, rows)

	t.Run("the first bad row ends the reading", func(t *testing.T) {
		write("a/part-2.csv", header+row("x"))
		var last error
		for _, err := range focus.Charges(csvfile.Readers(csvfile.Folder(folder, nil, nil)), focus.Options{}) {
			last = err
		}
		require.ErrorContains(t, last, "part-2.csv line 2")
	})
	t.Run("a folder without files is an error", func(t *testing.T) {
		for _, err := range focus.Charges(csvfile.Readers(csvfile.Folder(t.TempDir(), nil, nil)), focus.Options{}) {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		}
	})
}
