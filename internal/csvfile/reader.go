// Package csvfile reads comma-separated files with a header, as RFC 4180 has them, fast enough for
// bills of tens of millions of rows: fields are slices of the read buffer, and whole chunks of
// records can be parsed on several cores while their results are consumed in file order.
package csvfile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Sizes in bytes: chunks are read in pieces of chunkSize; a record longer than maxRecord is refused
// rather than buffered without end, as an unclosed quote would have it.
const (
	chunkSize = 1 << 20
	maxRecord = 16 << 20
)

// Reader reads one file. It is not safe for concurrent use; Process does its own concurrency.
type Reader struct {
	name   string
	source io.Reader
	closer io.Closer
	header []string
	line   int
	rest   []byte
	ended  bool
	chunk  *Chunk
}

// Open opens a file and reads its header. "-" is standard input; gzip is recognised by its first
// bytes, whatever the name. A file that cannot be opened or has no header is an InvalidInput error.
func Open(path string) (*Reader, error) {
	if path == "-" {
		return NewReader("standard input", os.Stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fault.Wrap(unwrapPath(err), fault.InvalidInput, "%s cannot be opened", path)
	}
	reader, err := NewReader(path, file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	reader.closer = file
	return reader, nil
}

// NewReader reads from a source; name stands for the file in errors.
func NewReader(name string, source io.Reader) (*Reader, error) {
	buffered := bufio.NewReaderSize(source, 1<<16)
	r := &Reader{name: name, source: buffered, line: 1}
	if magic, _ := buffered.Peek(2); len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b {
		unzipped, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "%s is no valid gzip file", name)
		}
		r.source = unzipped
	}
	return r, r.readHeader()
}

// Close closes the file that Open opened.
func (r *Reader) Close() error {
	if r.closer == nil {
		return nil
	}
	return r.closer.Close()
}

// Name returns the name by which errors call the file.
func (r *Reader) Name() string { return r.name }

// Header returns the names of the columns in the order of the file.
func (r *Reader) Header() []string { return r.header }

// Column returns the place of a column, or -1.
func (r *Reader) Column(name string) int {
	for i, column := range r.header {
		if column == name {
			return i
		}
	}
	return -1
}

// Require returns the places of columns; the first that is missing or there twice is an InvalidInput
// error.
func (r *Reader) Require(names ...string) ([]int, error) {
	places := make([]int, len(names))
	for i, name := range names {
		places[i] = r.Column(name)
		if places[i] < 0 {
			return nil, fault.Invalid(r.name+":1:"+name, "%s has no column %q; its header is %.200q",
				r.name, name, strings.Join(r.header, ","))
		}
		for _, later := range r.header[places[i]+1:] {
			if later == name {
				return nil, fault.Invalid(r.name+":1:"+name, "%s has the column %q twice", r.name, name)
			}
		}
	}
	return places, nil
}

// Read reads the next record into row, whose fields stay valid until the next call, or returns
// io.EOF after the last one.
func (r *Reader) Read(row *Row) error {
	for {
		if r.chunk != nil {
			more, err := r.chunk.Next(row)
			if err != nil || more {
				return err
			}
		}
		var used []byte
		if r.chunk != nil {
			used = r.chunk.buffer
		}
		chunk, err := r.nextChunk(used)
		if err != nil {
			return err
		}
		r.chunk = chunk
	}
}

func (r *Reader) readHeader() error {
	chunk, err := r.nextChunk(nil)
	if errors.Is(err, io.EOF) {
		return fault.Invalid(r.name+":1:", "%s is empty; its first line must name the columns", r.name)
	}
	if err != nil {
		return err
	}
	chunk.data = bytes.TrimPrefix(chunk.data, []byte("\xef\xbb\xbf"))
	var row Row
	more, err := chunk.Next(&row)
	if err != nil {
		return err
	}
	if !more {
		return fault.Invalid(r.name+":1:", "%s has no header; its first line must name the columns", r.name)
	}
	for _, field := range row.fields {
		r.header = append(r.header, strings.TrimSpace(string(field)))
	}
	chunk.header = r.header
	r.chunk = chunk
	return nil
}

// unwrapPath drops the path that the operating system's errors repeat.
func unwrapPath(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
