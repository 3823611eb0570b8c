package postgres

import (
	"encoding/json"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/money"
)

// copyBlock is about how many bytes are encoded at a time.
const copyBlock = 64 << 10

// copySource encodes rows in PostgreSQL's COPY text format as they are read. It ends early, with
// more set, where a row begins a slice that has no id yet: COPY keeps the connection, so ids can be
// fetched only between two of them. Not safe for concurrent use.
type copySource struct {
	table   intakeTable
	tally   *intake.Tally
	ids     []int64
	next    func() (intake.Row, error, bool)
	stop    func()
	pending *intake.Row
	buffer  copyBuffer
	offset  int
	more    bool
	failure error
}

func newCopySource(table intakeTable, tally *intake.Tally, ids []int64, rows intake.Rows) *copySource {
	next, stop := iter.Pull2(rows)
	return &copySource{table: table, tally: tally, ids: ids, next: next, stop: stop}
}

// Read implements io.Reader.
func (s *copySource) Read(into []byte) (int, error) {
	if s.offset == len(s.buffer.bytes) {
		s.buffer.bytes, s.offset = s.buffer.bytes[:0], 0
		for len(s.buffer.bytes) < copyBlock && s.encodeNext() {
		}
		if s.failure != nil {
			return 0, s.failure
		}
		if len(s.buffer.bytes) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(into, s.buffer.bytes[s.offset:])
	s.offset += n
	return n, nil
}

// encodeNext takes the next row and reports whether to go on.
func (s *copySource) encodeNext() bool {
	row := s.pending
	s.pending, s.more = nil, false
	if row == nil {
		read, err, ok := s.next()
		if err != nil || !ok {
			s.failure = err
			return false
		}
		row = &read
	}
	slice := s.tally.Index(row.SliceKey)
	if slice >= len(s.ids) {
		s.pending, s.more = row, true
		return false
	}
	number := s.tally.Add(*row)
	s.buffer.number(s.ids[slice])
	s.buffer.number(number)
	s.table.encode(&s.buffer, row.Record)
	s.buffer.endRow()
	return true
}

// copyBuffer builds rows of COPY's text format: tab between columns, newline after rows, \N for
// NULL, backslash before what would be taken for either.
type copyBuffer struct {
	bytes []byte
}

func (b *copyBuffer) endRow() { b.bytes[len(b.bytes)-1] = '\n' }

func (b *copyBuffer) null() { b.bytes = append(b.bytes, '\\', 'N', '\t') }

func (b *copyBuffer) number(value int64) {
	b.bytes = append(strconv.AppendInt(b.bytes, value, 10), '\t')
}

func (b *copyBuffer) text(text string) {
	for i := range len(text) {
		switch c := text[i]; c {
		case '\t':
			b.bytes = append(b.bytes, '\\', 't')
		case '\n':
			b.bytes = append(b.bytes, '\\', 'n')
		case '\r':
			b.bytes = append(b.bytes, '\\', 'r')
		case '\\':
			b.bytes = append(b.bytes, '\\', '\\')
		default:
			b.bytes = append(b.bytes, c)
		}
	}
	b.bytes = append(b.bytes, '\t')
}

// decimal keeps the digits that were delivered, trailing zeros included.
func (b *copyBuffer) decimal(value decimal.Decimal) {
	exponent := value.Exponent()
	if value.NumDigits() > 18 || exponent > 0 || exponent < -18 {
		b.text(value.String())
		return
	}
	b.fixed(value.CoefficientInt64(), int(-exponent))
}

// fixed writes coefficient · 10^−scale.
func (b *copyBuffer) fixed(coefficient int64, scale int) {
	if coefficient < 0 {
		b.bytes = append(b.bytes, '-')
		coefficient = -coefficient
	}
	start := len(b.bytes)
	b.bytes = strconv.AppendInt(b.bytes, coefficient, 10)
	if scale > 0 {
		for len(b.bytes)-start <= scale {
			b.bytes = append(b.bytes, 0)
			copy(b.bytes[start+1:], b.bytes[start:])
			b.bytes[start] = '0'
		}
		b.bytes = append(b.bytes, 0)
		point := len(b.bytes) - 1 - scale
		copy(b.bytes[point+1:], b.bytes[point:])
		b.bytes[point] = '.'
	}
	b.bytes = append(b.bytes, '\t')
}

// sums writes an array of numbers.
func (b *copyBuffer) sums(sums *money.Sums) {
	b.bytes = append(b.bytes, '{')
	for place := range sums.Len() {
		if place > 0 {
			b.bytes[len(b.bytes)-1] = ','
		}
		if fixed, fits := sums.Fixed(place); fits {
			b.fixed(fixed.Coefficient, int(fixed.Scale))
		} else {
			b.decimal(sums.Decimal(place))
		}
	}
	b.bytes = append(b.bytes[:len(b.bytes)-1], '}', '\t')
}

func (b *copyBuffer) boolean(value bool) {
	if value {
		b.bytes = append(b.bytes, 't', '\t')
		return
	}
	b.bytes = append(b.bytes, 'f', '\t')
}

func (b *copyBuffer) optional(value decimal.NullDecimal) {
	if !value.Valid {
		b.null()
		return
	}
	b.decimal(value.Decimal)
}

// instant writes a time; no time is NULL.
func (b *copyBuffer) instant(at time.Time) {
	if at.IsZero() {
		b.null()
		return
	}
	b.bytes = append(at.UTC().AppendFormat(b.bytes, "2006-01-02 15:04:05.999999999+00"), '\t')
}

// tags writes a map as a JSON object; an empty one is NULL.
func (b *copyBuffer) tags(tags map[string]string) {
	if len(tags) == 0 {
		b.null()
		return
	}
	// A map of texts always has a JSON form.
	text, _ := json.Marshal(tags)
	b.text(string(text))
}
