package focusexport

import (
	"io"
	"iter"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/statement"
)

const (
	decimalBytes = 16
	// rowsPerGroup bounds what is held in memory before it is written.
	rowsPerGroup = 20_000
	rowsPerWrite = 512
)

// WriteParquet writes rows as Parquet: texts as UTF-8 strings, JSON objects as JSON, times as
// timestamps in UTC and amounts as decimals that fit the same rows (FitDecimals). One that does not is
// an Internal error. An error of the rows ends it and is returned.
func WriteParquet(w io.Writer, fit Decimals, rows iter.Seq2[statement.FocusRow, error]) error {
	out := parquet.NewWriter(w, schema(fit), parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.KeyValueMetadata("FocusVersion", "1.3"), parquet.CreatedBy("omnicloud", "1.0", ""))
	batch := make([]parquet.Row, 0, rowsPerWrite)
	flush := func() error {
		_, err := out.WriteRows(batch)
		batch = batch[:0]
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		record, err := record(&row, fit)
		if err != nil {
			return err
		}
		if batch = append(batch, record); len(batch) == rowsPerWrite {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return out.Close()
}

func schema(fit Decimals) *parquet.Schema {
	group := parquet.Group{}
	for i := range columns {
		node := columns[i].node(fit)
		if columns[i].optional {
			node = parquet.Optional(node)
		}
		group[columns[i].name] = parquet.Compressed(node, &zstd.Codec{})
	}
	return parquet.NewSchema("FocusCostAndUsage", group)
}

func (c *column) node(fit Decimals) parquet.Node {
	switch {
	case c.number != nil:
		return parquet.Decimal(fit.scale, decimalPrecision, parquet.FixedLenByteArrayType(decimalBytes))
	case c.instant != nil:
		return parquet.Timestamp(parquet.Millisecond)
	case c.json:
		return parquet.JSON()
	default:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	}
}

// record turns a row into Parquet's form: a value per column, with its definition level.
func record(row *statement.FocusRow, fit Decimals) (parquet.Row, error) {
	values := make(parquet.Row, len(columns))
	for i := range columns {
		c, value, level := &columns[i], parquet.NullValue(), 0
		switch {
		case c.number != nil:
			encoded, err := fit.encode(c.number(row))
			if err != nil {
				return nil, fault.Wrap(err, fault.Internal, "%s of %s in pool %s cannot be written as Parquet", c.name, row.SubAccountID, row.PoolID)
			}
			value = parquet.FixedLenByteArrayValue(encoded)
		case c.instant != nil:
			value = parquet.Int64Value(c.instant(row).UnixMilli())
		default:
			text := c.text(row)
			if text == "" && c.optional {
				break
			}
			value = parquet.ByteArrayValue([]byte(text))
			if c.optional {
				level = 1
			}
		}
		values[i] = value.Level(0, level, i)
	}
	return values, nil
}
