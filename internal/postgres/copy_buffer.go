package postgres

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/money"
)

// What comes before and after the rows of a binary COPY: the signature with no flags and no extension,
// and a count of fields that no row has.
const (
	copyHeader  = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	copyTrailer = "\xff\xff"
)

// inCopyFrame puts rows between header and trailer.
func inCopyFrame(rows io.Reader) io.Reader {
	return io.MultiReader(strings.NewReader(copyHeader), rows, strings.NewReader(copyTrailer))
}

// copyBuffer builds rows of PostgreSQL's binary COPY form: a count of fields, then each field after its
// length in bytes. Neither side has to format or parse numbers and times, or to escape texts. A field's
// form is that of its column's type, which the server does not convert. The zero value is empty.
type copyBuffer struct {
	bytes []byte
	// row is where the row under way begins, fields how many fields it has.
	row    int
	fields uint16
	json   charge.TagMemory[[]byte]
}

func (b *copyBuffer) beginRow() {
	b.row, b.fields = len(b.bytes), 0
	b.bytes = append(b.bytes, 0, 0)
}

func (b *copyBuffer) endRow() { binary.BigEndian.PutUint16(b.bytes[b.row:], b.fields) }

// begin starts a field of a size in bytes.
func (b *copyBuffer) begin(size int) {
	b.fields++
	b.bytes = binary.BigEndian.AppendUint32(b.bytes, uint32(size)) // fields are far smaller than 4 GB
}

func (b *copyBuffer) null() {
	b.fields++
	b.bytes = append(b.bytes, 0xff, 0xff, 0xff, 0xff)
}

// number writes a bigint.
func (b *copyBuffer) number(value int64) {
	b.begin(8)
	b.bytes = binary.BigEndian.AppendUint64(b.bytes, uint64(value)) // two's complement on both sides
}

func (b *copyBuffer) text(text string) {
	b.begin(len(text))
	b.bytes = append(b.bytes, text...)
}

func (b *copyBuffer) boolean(value bool) {
	b.begin(1)
	if value {
		b.bytes = append(b.bytes, 1)
		return
	}
	b.bytes = append(b.bytes, 0)
}

// decimal writes a numeric with the digits that were delivered, trailing zeros included.
func (b *copyBuffer) decimal(value decimal.Decimal) {
	b.begin(0)
	start := len(b.bytes)
	b.bytes = appendNumeric(b.bytes, value)
	b.end(start)
}

// end corrects the size of the field that began before start.
func (b *copyBuffer) end(start int) {
	binary.BigEndian.PutUint32(b.bytes[start-4:], uint32(len(b.bytes)-start)) // fields are far smaller than 4 GB
}

func (b *copyBuffer) optional(value decimal.NullDecimal) {
	if !value.Valid {
		b.null()
		return
	}
	b.decimal(value.Decimal)
}

// sums writes the places from (included) until (excluded) of sums as a numeric[].
func (b *copyBuffer) sums(sums *money.Sums, from, until int) {
	start := b.beginArray(numericType, until-from)
	for place := from; place < until; place++ {
		b.bytes = append(b.bytes, 0, 0, 0, 0)
		element := len(b.bytes)
		if fixed, fits := sums.Fixed(place); fits {
			b.bytes = appendFixed(b.bytes, fixed)
		} else {
			b.bytes = appendNumeric(b.bytes, sums.Decimal(place))
		}
		b.end(element)
	}
	b.end(start)
}

// shared writes the pools of cells as a text[] and their amounts as a numeric[]; NULLs where there are
// none.
func (b *copyBuffer) shared(cells []allocation.SharedCell) {
	if len(cells) == 0 {
		b.null()
		b.null()
		return
	}
	start := b.beginArray(textType, len(cells))
	for i := range cells {
		b.bytes = binary.BigEndian.AppendUint32(b.bytes, uint32(len(cells[i].Pool))) // ids are short
		b.bytes = append(b.bytes, cells[i].Pool...)
	}
	b.end(start)
	start = b.beginArray(numericType, len(cells))
	for i := range cells {
		b.bytes = append(b.bytes, 0, 0, 0, 0)
		element := len(b.bytes)
		b.bytes = appendNumeric(b.bytes, cells[i].Amount)
		b.end(element)
	}
	b.end(start)
}

// The types of elements by their ids in the catalogue.
const (
	textType    = 25
	numericType = 1700
)

// beginArray starts an array of one dimension without nulls, whose elements are numbered from 1, and
// returns the start for end.
func (b *copyBuffer) beginArray(elementType, length int) (start int) {
	const dimensions, nulls, lowerBound = 1, 0, 1
	b.begin(0)
	start = len(b.bytes)
	for _, part := range []int{dimensions, nulls, elementType, length, lowerBound} {
		b.bytes = binary.BigEndian.AppendUint32(b.bytes, uint32(part)) // of the size of a month or a roster of pools
	}
	return start
}

// instant writes a timestamptz: microseconds since 2000, to the nearest; no time is NULL.
func (b *copyBuffer) instant(at time.Time) {
	if at.IsZero() {
		b.null()
		return
	}
	b.number((at.Unix()-from1970To2000)*1e6 + (int64(at.Nanosecond())+500)/1000)
}

// tags writes a map as a jsonb object, version 1; an empty one is NULL. A map that was written before
// is known by its address and must not have changed since.
func (b *copyBuffer) tags(tags map[string]string) {
	if len(tags) == 0 {
		b.null()
		return
	}
	text := b.json.Of(tags, func(tags map[string]string) []byte {
		text, _ := json.Marshal(tags) // a map of texts always has a JSON form
		return text
	})
	b.begin(1 + len(text))
	b.bytes = append(append(b.bytes, 1), text...)
}
