package csvfile

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Row is one record. The zero value is ready to be read into and may be read into again.
type Row struct {
	// Line is the 1-based line of the file on which the record begins.
	Line   int
	fields [][]byte
	chunk  *Chunk
}

// Field returns the bytes of a field, which the caller must copy to keep; nil for a column of -1.
func (r *Row) Field(column int) []byte {
	if column < 0 {
		return nil
	}
	return r.fields[column]
}

// Text returns a copy of a field; empty for a column of -1.
func (r *Row) Text(column int) string { return string(r.Field(column)) }

// Len returns the number of fields.
func (r *Row) Len() int { return len(r.fields) }

// Errorf returns an InvalidInput error that names the file, line, column and value, and says why
// the value is refused.
func (r *Row) Errorf(column int, format string, arguments ...any) error {
	return r.Wrap(column, nil, format, arguments...)
}

// Wrap is Errorf with the cause beneath; without a format the cause's own words are the reason.
func (r *Row) Wrap(column int, cause error, format string, arguments ...any) error {
	reason := fmt.Sprintf(format, arguments...)
	if reason == "" && cause != nil {
		reason, cause = cause.Error(), nil
	}
	name := r.chunk.header[column]
	invalid := fault.Invalid(position(r.chunk.name, r.Line, name), "%s line %d, column %s, value %.80q: %s",
		r.chunk.name, r.Line, name, r.fields[column], reason)
	invalid.Cause = cause
	return invalid
}

func position(name string, line int, column string) string {
	return fmt.Sprintf("%s:%d:%s", name, line, column)
}
