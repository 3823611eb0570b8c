package postgres

import (
	"io"
	"iter"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// copyBlock is about how many bytes are encoded at a time.
const copyBlock = 64 << 10

// copySource encodes rows in PostgreSQL's binary COPY form as they are read, without what frames them. It ends early, with
// more set, where a row begins a slice that has no id yet: COPY keeps the connection, so ids can be
// fetched only between two of them. Not safe for concurrent use.
type copySource struct {
	table intakeTable
	tally *intake.Tally
	ids   []int64
	next  func() (intake.Row, error, bool)
	stop  func()
	// pending is the row that could not be encoded yet, while more is set.
	pending intake.Row
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
	if !s.more {
		read, err, ok := s.next()
		if err != nil || !ok {
			s.failure = err
			return false
		}
		row = read
	}
	slice := s.tally.Index(row.SliceKey)
	if s.more = slice >= len(s.ids); s.more {
		s.pending = row
		return false
	}
	number := s.tally.Add(row)
	s.buffer.beginRow()
	s.buffer.number(s.ids[slice])
	s.buffer.number(number)
	s.table.encode(&s.buffer, row.Record)
	s.buffer.endRow()
	return true
}
