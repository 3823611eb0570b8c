package focusexport

import (
	"iter"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/statement"
)

const (
	// decimalPrecision is the most that Arrow, DuckDB and Spark read, and fits 16 bytes.
	decimalPrecision = 38
	// usualScale suits nearly every bill, so that the files of all months have one schema.
	usualScale = 18
)

// Decimals is how the amounts of a file are kept: DECIMAL(38, 18), or where that does not hold all of
// them the least scale that does.
type Decimals struct{ scale int }

// FitDecimals looks through rows for the decimals that hold their amounts without loss. Where 38 digits
// do not suffice it is an InvalidInput error that says so; CSV holds any. An error of the rows is
// returned as it is.
func FitDecimals(rows iter.Seq2[statement.FocusRow, error]) (Decimals, error) {
	whole, fraction := 0, 0
	for row, err := range rows {
		if err != nil {
			return Decimals{}, err
		}
		for i := range columns {
			if columns[i].number == nil {
				continue
			}
			value := columns[i].number(&row)
			fraction = max(fraction, money.QuantumDigits(0, value))
			if integer := value.Truncate(0); !integer.IsZero() {
				whole = max(whole, integer.NumDigits()+max(0, int(integer.Exponent())))
			}
		}
	}
	switch {
	case whole+fraction > decimalPrecision:
		return Decimals{}, fault.New(fault.InvalidInput,
			"amounts of %d digits before and %d after the point do not fit the %d digits of a Parquet decimal; ask for CSV, which holds all digits",
			whole, fraction, decimalPrecision)
	case fraction <= usualScale && whole <= decimalPrecision-usualScale:
		return Decimals{usualScale}, nil
	default:
		return Decimals{fraction}, nil
	}
}

// encode writes a number as two's complement, most significant byte first.
func (d Decimals) encode(value decimal.Decimal) ([]byte, error) {
	units := money.Units(value, d.scale)
	if !money.FromUnits(units, d.scale).Equal(value) || len(new(big.Int).Abs(units).String()) > decimalPrecision {
		return nil, fault.New(fault.Internal, "%s does not fit %d digits with %d after the point", value, decimalPrecision, d.scale)
	}
	if units.Sign() < 0 {
		units.Add(units, new(big.Int).Lsh(big.NewInt(1), 8*decimalBytes))
	}
	return units.FillBytes(make([]byte, decimalBytes)), nil
}
