// Package focus reads bills in the FinOps Open Cost and Usage Specification (FOCUS), versions 1.0 to
// 1.3, from CSV files.
package focus

import (
	"errors"
	"io"
	"iter"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Reader reads the charges of one file. It is not safe for concurrent use.
type Reader struct {
	file    *csvfile.Reader
	decoder *decoder
	row     csvfile.Row
	charge  charge.Charge
	rows    int64
}

// NewReader reads the header of a file and matches its columns.
func NewReader(file *csvfile.Reader, options Options) (*Reader, error) {
	decoder, err := newDecoder(file, options)
	if err != nil {
		return nil, err
	}
	return &Reader{file: file, decoder: decoder}, nil
}

// Next returns the next charge, which is valid until the next call (its texts and tags stay valid,
// and are shared: do not change them), or io.EOF after the last one. SourceRow counts from 1 in
// this file. Any other error is an InvalidInput error that names file, line, column and value.
func (r *Reader) Next() (*charge.Charge, error) {
	if err := r.file.Read(&r.row); err != nil {
		return nil, err
	}
	if err := r.decoder.decode(&r.row, &r.charge); err != nil {
		return nil, err
	}
	r.rows++
	r.charge.SourceRow = r.rows
	return &r.charge, nil
}

// Charges yields the charges of files one after the other, as Next does, until the first error.
// SourceRow counts on from file to file. Files are opened one at a time.
func Charges(files iter.Seq2[*csvfile.Reader, error], options Options) iter.Seq2[*charge.Charge, error] {
	return func(yield func(*charge.Charge, error) bool) {
		var before int64
		for file, err := range files {
			if err != nil {
				yield(nil, err)
				return
			}
			reader, err := NewReader(file, options)
			if err != nil {
				yield(nil, err)
				return
			}
			for {
				next, err := reader.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					yield(nil, err)
					return
				}
				next.SourceRow += before
				if !yield(next, nil) {
					return
				}
			}
			before += reader.rows
		}
	}
}
