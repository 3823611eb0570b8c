package focusexport

import (
	"encoding/csv"
	"io"
	"iter"
	"time"

	"github.com/omnicloud/omnicloud/domain/statement"
)

// WriteCSV writes rows as CSV with a header: null as an empty field, times in UTC, amounts with all
// their digits. An error of the rows ends it and is returned.
func WriteCSV(w io.Writer, rows iter.Seq2[statement.FocusRow, error]) error {
	out := csv.NewWriter(w)
	record := make([]string, len(columns))
	for i := range columns {
		record[i] = columns[i].name
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for row, err := range rows {
		if err != nil {
			return err
		}
		for i := range columns {
			record[i] = columns[i].csv(&row)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (c *column) csv(row *statement.FocusRow) string {
	switch {
	case c.number != nil:
		return c.number(row).String()
	case c.instant != nil:
		return c.instant(row).UTC().Format(time.RFC3339)
	default:
		return c.text(row)
	}
}
