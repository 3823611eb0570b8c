package focusexport_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"iter"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/focusexport"
)

func rows() []statement.FocusRow {
	month := period.New(2026, time.September)
	revision := &statement.Revision{Book: closing.Book{ID: "main", Name: "Main"}, Period: month, Number: 1, ResultHash: "5f0c"}
	base := statement.FocusRow{
		Revision: revision, Currency: "USD", PeriodStart: month.Start(), PeriodEnd: month.End(),
		BillingStart: month.Next().Start(), BillingEnd: month.Next().End(),
		ChargeCategory: "Usage", ServiceCategory: "Compute", ServiceName: "Compute",
	}
	direct, shared := base, base
	direct.SubAccountID, direct.PoolID = "acme", "direct:compute"
	direct.BilledCost, direct.EffectiveCost = decimal.RequireFromString("10.000000001"), decimal.RequireFromString("10.000000001")
	shared.SubAccountID, shared.PoolID, shared.RuleID, shared.RuleVersion = "globex", "network", "r1", 2
	shared.AllocatedMethodID, shared.AllocatedResourceID = "lrm-1.equal", "globex"
	shared.AllocatedMethodDetails = `{"Elements":[{"AllocatedRatio":1}]}`
	shared.BilledCost = decimal.RequireFromString("-3.5")
	return []statement.FocusRow{direct, shared}
}

func sequence(rows []statement.FocusRow, end error) iter.Seq2[statement.FocusRow, error] {
	return func(yield func(statement.FocusRow, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		if end != nil {
			yield(statement.FocusRow{}, end)
		}
	}
}

func TestWriteCSV(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, focusexport.WriteCSV(&file, sequence(rows(), nil)))
	records, err := csv.NewReader(strings.NewReader(file.String())).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 3)
	value := map[string]string{}
	for i, name := range records[0] {
		value[name] = records[2][i]
	}
	require.Equal(t, "-3.5", value["BilledCost"])
	require.Equal(t, "lrm-1.equal", value["AllocatedMethodId"])
	require.JSONEq(t, `{"Elements":[{"AllocatedRatio":1}]}`, value["AllocatedMethodDetails"])
	require.Equal(t, "2026-09-01T00:00:00Z", value["ChargePeriodStart"])
	require.Equal(t, "2026-10-01T00:00:00Z", value["BillingPeriodStart"])
	require.Equal(t, "2026-11-01T00:00:00Z", value["BillingPeriodEnd"])
	require.Equal(t, "main/2026-09/1", value["InvoiceId"])
	require.Equal(t, "2", value["x_RuleVersion"])
	t.Run("every column that FOCUS 1.3 demands is there", func(t *testing.T) {
		for _, name := range []string{
			"BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart",
			"ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost",
			"EffectiveCost", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ServiceCategory", "ServiceName",
			"ServiceProviderName", "AllocatedMethodId", "AllocatedMethodDetails", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags",
		} {
			require.Contains(t, records[0], name)
		}
	})
}

func TestWriteParquet(t *testing.T) {
	var file bytes.Buffer
	fit, err := focusexport.FitDecimals(sequence(rows(), nil))
	require.NoError(t, err)
	require.NoError(t, focusexport.WriteParquet(&file, fit, sequence(rows(), nil)))
	opened, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	require.EqualValues(t, 2, opened.NumRows())
	read := make([]parquet.Row, 2)
	reader := parquet.NewReader(opened)
	count, err := reader.ReadRows(read)
	require.Equal(t, 2, count, "%v", err)
	value := func(row int, name string) parquet.Value {
		leaf, found := opened.Schema().Lookup(name)
		require.True(t, found, name)
		return read[row][leaf.ColumnIndex]
	}
	require.Equal(t, "10.000000001", decimalOf(value(0, "BilledCost"), 18).String())
	require.Equal(t, "-3.5", decimalOf(value(1, "BilledCost"), 18).String())
	require.True(t, value(0, "AllocatedMethodId").IsNull(), "direct cost was not allocated")
	require.Equal(t, "lrm-1.equal", string(value(1, "AllocatedMethodId").ByteArray()))
	require.Equal(t, "2026-10-01T00:00:00Z", time.UnixMilli(value(0, "BillingPeriodStart").Int64()).UTC().Format(time.RFC3339))
	costs := opened.Schema().Fields()[5]
	require.Equal(t, "BilledCost", costs.Name())
	require.Equal(t, "DECIMAL(38,18)", costs.Type().String())
}

// decimalOf reads a decimal of 16 bytes in two's complement.
func decimalOf(value parquet.Value, scale int32) decimal.Decimal {
	units := new(big.Int).SetBytes(value.ByteArray())
	if units.Bit(127) == 1 {
		units.Sub(units, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return decimal.NewFromBigInt(units, -scale)
}

func TestWritersFail(t *testing.T) {
	broken := errors.New("connection lost")
	require.ErrorIs(t, focusexport.WriteCSV(&bytes.Buffer{}, sequence(rows(), broken)), broken)
	_, err := focusexport.FitDecimals(sequence(rows(), broken))
	require.ErrorIs(t, err, broken)
	fit, err := focusexport.FitDecimals(sequence(rows(), nil))
	require.NoError(t, err)
	require.ErrorIs(t, focusexport.WriteParquet(&bytes.Buffer{}, fit, sequence(rows(), broken)), broken)
}
