package csvfile

import (
	"bytes"
	"errors"
	"io"
	"syscall"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Chunk is a run of whole records. It owns its bytes: quoted fields are unquoted in place.
type Chunk struct {
	name   string
	header []string
	data   []byte
	buffer []byte
	line   int
	quoted bool
}

// nextChunk reads the next run of whole records into the buffer, or a new one, and returns io.EOF
// after the last.
func (r *Reader) nextChunk(buffer []byte) (*Chunk, error) {
	if r.ended && len(r.rest) == 0 {
		return nil, io.EOF
	}
	if cap(buffer) < chunkSize {
		buffer = make([]byte, 0, chunkSize+chunkSize/4)
	}
	buffer = append(buffer[:0], r.rest...)
	r.rest = nil
	end, quotes := 0, 0
	for end == 0 && !r.ended {
		var err error
		if buffer, err = r.fill(buffer); err != nil {
			return nil, err
		}
		end, quotes = lastRecordEnd(buffer)
		if end == 0 && len(buffer) > maxRecord {
			return nil, fault.Invalid(r.name, "%s line %d begins a record of more than %d bytes; is a quote not closed?",
				r.name, r.line, maxRecord)
		}
	}
	if r.ended {
		end, quotes = len(buffer), bytes.Count(buffer, []byte{'"'})
	}
	if end == 0 {
		return nil, io.EOF
	}
	r.rest = append([]byte(nil), buffer[end:]...)
	chunk := &Chunk{
		name: r.name, header: r.header, data: buffer[:end], buffer: buffer,
		line: r.line, quoted: quotes > 0,
	}
	r.line += bytes.Count(chunk.data, []byte{'\n'})
	return chunk, nil
}

// fill appends about a chunk's worth of bytes and notes the end of the source.
func (r *Reader) fill(buffer []byte) ([]byte, error) {
	target := len(buffer) + chunkSize
	if len(buffer) < chunkSize {
		target = chunkSize
	}
	for len(buffer) < target {
		if cap(buffer)-len(buffer) < 4096 {
			buffer = append(buffer, make([]byte, chunkSize)...)[:len(buffer)]
		}
		n, err := r.source.Read(buffer[len(buffer):min(cap(buffer), target+4096)])
		buffer = buffer[:len(buffer)+n]
		if errors.Is(err, io.EOF) {
			r.ended = true
			return buffer, nil
		}
		if errors.Is(err, syscall.EISDIR) {
			return nil, fault.New(fault.InvalidInput, "%s is a folder; name a file", r.name)
		}
		if err != nil {
			return nil, fault.Wrap(unwrapPath(err), fault.InvalidInput, "%s cannot be read beyond line %d", r.name, r.line)
		}
	}
	return buffer, nil
}

// lastRecordEnd returns the place after the last line end that lies outside quotes, 0 where there
// is none, and the number of quotes up to there. A line end is outside quotes exactly when an even
// number of quotes precedes it, as an escaped quote counts twice.
func lastRecordEnd(buffer []byte) (end, quotes int) {
	quotes = bytes.Count(buffer, []byte{'"'})
	end = len(buffer)
	for {
		place := bytes.LastIndexByte(buffer[:end], '\n')
		if place < 0 {
			return 0, 0
		}
		if quotes > 0 {
			quotes -= bytes.Count(buffer[place:end], []byte{'"'})
		}
		if quotes%2 == 0 {
			return place + 1, quotes
		}
		end = place
	}
}

// Next reads the next record of the chunk into row, whose fields stay valid as long as the chunk
// does, and reports whether there was one. A record that breaks the format or has more or fewer
// fields than the header is an InvalidInput error. Blank lines are passed over.
func (c *Chunk) Next(row *Row) (bool, error) {
	for len(c.data) > 0 {
		row.chunk, row.Line, row.fields = c, c.line, row.fields[:0]
		if err := c.split(row); err != nil {
			return false, err
		}
		if len(row.fields) == 1 && len(row.fields[0]) == 0 && len(c.header) != 1 {
			continue
		}
		if c.header != nil && len(row.fields) != len(c.header) {
			return false, fault.Invalid(position(c.name, row.Line, ""), "%s line %d has %d fields; its header has %d",
				c.name, row.Line, len(row.fields), len(c.header))
		}
		return true, nil
	}
	return false, nil
}

// split cuts the first record off the data.
func (c *Chunk) split(row *Row) error {
	data := c.data
	start := 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case ',':
			row.fields = append(row.fields, data[start:i:i])
			start = i + 1
		case '\n':
			row.fields = append(row.fields, withoutReturn(data[start:i:i]))
			c.data = data[i+1:]
			c.line++
			return nil
		case '"':
			if i != start {
				return c.malformed(row, "a quote inside a field that does not begin with one")
			}
			next, err := c.unquote(row, start)
			if err != nil {
				return err
			}
			if next > len(data) {
				c.data = nil
				return nil
			}
			if data[next-1] == '\n' {
				c.data = data[next:]
				c.line++
				return nil
			}
			start, i = next, next-1
		}
	}
	row.fields = append(row.fields, withoutReturn(data[start:len(data):len(data)]))
	c.data = nil
	return nil
}

// unquote takes the quoted field that begins at start, in place, and returns the place after the
// comma or line end that follows it; the data's length plus one where nothing follows.
func (c *Chunk) unquote(row *Row, start int) (int, error) {
	data := c.data
	write := start + 1
	for i := start + 1; i < len(data); i++ {
		length := bytes.IndexByte(data[i:], '"')
		if length < 0 {
			break
		}
		c.line += bytes.Count(data[i:i+length], []byte{'\n'})
		if write != i {
			copy(data[write:], data[i:i+length])
		}
		write, i = write+length, i+length
		if i+1 < len(data) && data[i+1] == '"' {
			data[write] = '"'
			write++
			i++
			continue
		}
		row.fields = append(row.fields, data[start+1:write:write])
		after := i + 1
		if after < len(data) && data[after] == '\r' {
			after++
		}
		switch {
		case after >= len(data):
			return len(data) + 1, nil
		case data[after] == '\n', data[after] == ',' && after == i+1:
			return after + 1, nil
		default:
			return 0, c.malformed(row, "text after the closing quote of a field")
		}
	}
	return 0, c.malformed(row, "a quote that is not closed")
}

func (c *Chunk) malformed(row *Row, what string) error {
	column := ""
	if len(row.fields) < len(c.header) {
		column = c.header[len(row.fields)]
	}
	return fault.Invalid(position(c.name, row.Line, column), "%s line %d has %s", c.name, row.Line, what)
}

func withoutReturn(field []byte) []byte {
	if n := len(field); n > 0 && field[n-1] == '\r' {
		return field[:n-1]
	}
	return field
}
