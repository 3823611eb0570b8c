package focusexport_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/focusexport"
)

// written writes two rows of which one has an amount, and reads the amount back with the type of its
// column.
func written(t *testing.T, amount string) (value decimal.Decimal, kind string, err error) {
	t.Helper()
	of := rows()
	of[0].BilledCost = decimal.RequireFromString(amount)
	fit, err := focusexport.FitDecimals(sequence(of, nil))
	if err != nil {
		return value, "", err
	}
	var file bytes.Buffer
	require.NoError(t, focusexport.WriteParquet(&file, fit, sequence(of, nil)))
	opened, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	leaf, found := opened.Schema().Lookup("BilledCost")
	require.True(t, found)
	read := make([]parquet.Row, 1)
	_, err = parquet.NewReader(opened).ReadRows(read)
	require.NoError(t, err)
	var precision int
	var scale int32
	kind = leaf.Node.Type().String()
	_, err = fmt.Sscanf(kind, "DECIMAL(%d,%d)", &precision, &scale)
	require.NoError(t, err)
	return decimalOf(read[0][leaf.ColumnIndex], scale), kind, nil
}

func TestDecimals(t *testing.T) {
	for amount, scale := range map[string]int{
		"0":                             18,
		"10.5":                          18,
		"0.000000000000000001":          18,
		"12345678901234567890.5":        18,
		"0.0000000000000000001":         19,
		"-1.00000000000000000000000001": 26,
		"123456789012345678901":         9, // the other row has 9 digits after the point
		"1e25":                          9, // however it is written
		"1.10000000000000000000000000000000000000000000": 18, // zeros at the end are no digits
	} {
		t.Run(amount, func(t *testing.T) {
			want := decimal.RequireFromString(amount)
			value, kind, err := written(t, amount)
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("DECIMAL(38,%d)", scale), kind)
			require.True(t, value.Equal(want), "%s was read as %s", want, value)
		})
	}
	for _, amount := range []string{"0.0000000000000000000000000000000000001", "123456789012345678901234567890.000000001"} {
		t.Run("what 38 digits cannot hold is refused: "+amount, func(t *testing.T) {
			_, _, err := written(t, amount)
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.ErrorContains(t, err, "ask for CSV")
		})
	}
}
