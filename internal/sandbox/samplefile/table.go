package samplefile

import (
	"io"
	"strings"
	"time"
)

// table writes comma-separated rows (RFC 4180). encoding/csv would do, but costs as much time as
// making the rows does.
type table struct {
	out io.Writer
	// row is the row under way, each field followed by a comma; it is reused.
	row []byte
}

// header writes the names of the columns.
func (t *table) header(names string) error {
	return t.raw([]byte(names + "\n"))
}

// text adds a field, quoted where it must be.
func (t *table) text(field string) {
	if !strings.ContainsAny(field, ",\"\r\n") {
		t.row = append(append(t.row, field...), ',')
		return
	}
	t.row = append(t.row, '"')
	for i := range len(field) {
		if field[i] == '"' {
			t.row = append(t.row, '"')
		}
		t.row = append(t.row, field[i])
	}
	t.row = append(t.row, '"', ',')
}

// instant adds a time, or an empty field for none.
func (t *table) instant(at time.Time) {
	if !at.IsZero() {
		t.row = at.UTC().AppendFormat(t.row, time.RFC3339)
	}
	t.row = append(t.row, ',')
}

// end writes the row.
func (t *table) end() error {
	t.row[len(t.row)-1] = '\n'
	_, err := t.out.Write(t.row)
	t.row = t.row[:0]
	return err
}

// raw writes text as it is.
func (t *table) raw(text []byte) error {
	_, err := t.out.Write(text)
	return err
}
