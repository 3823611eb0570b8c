package postgres

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// number passes a decimal to PostgreSQL in binary form; decimal's own way goes through text, which
// shows when copying hundreds of thousands of rows.
func number(value decimal.Decimal) pgtype.Numeric {
	return pgtype.Numeric{Int: value.Coefficient(), Exp: value.Exponent(), Valid: true}
}

// scannedNumber reads a numeric that is not null into a decimal.
type scannedNumber struct{ to *decimal.Decimal }

// ScanNumeric implements pgtype.NumericScanner.
func (s scannedNumber) ScanNumeric(value pgtype.Numeric) error {
	if !value.Valid || value.NaN || value.InfinityModifier != pgtype.Finite {
		return errors.New("the stored number is null, infinite or not a number")
	}
	if value.Int == nil {
		value.Int = new(big.Int)
	}
	*s.to = decimal.NewFromBigInt(value.Int, value.Exp)
	return nil
}

// scannedMonth reads a text such as 2026-09 into a period.
type scannedMonth struct{ to *period.Period }

// ScanText implements pgtype.TextScanner.
func (s scannedMonth) ScanText(value pgtype.Text) error {
	if err := s.to.UnmarshalText([]byte(value.String)); err != nil {
		return fmt.Errorf("reading a stored period: %w", err)
	}
	return nil
}

// instant passes a time, the zero time as null.
func instant(at time.Time) pgtype.Timestamptz {
	return pgtype.Timestamptz{Time: at, Valid: !at.IsZero()}
}

// scannedInstant reads a time, null as the zero time.
type scannedInstant struct{ to *time.Time }

// ScanTimestamptz implements pgtype.TimestamptzScanner.
func (s scannedInstant) ScanTimestamptz(value pgtype.Timestamptz) error {
	*s.to = time.Time{}
	if value.Valid {
		*s.to = value.Time.UTC()
	}
	return nil
}
