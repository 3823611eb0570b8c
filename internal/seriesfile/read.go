package seriesfile

import (
	"errors"
	"io"
	"os"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Read reads series_id,timestamp,value from a file, plain or gzip, or from stdin for "-", and hands
// every series to use, whole and sorted by time, in the order in which they first appear. Rows may
// stand in any order; a repeated timestamp of a series is an error, an empty value a gap (NaN).
//
// The file is read twice: first to count each series' rows, so that a series can be handed on as soon
// as its last row is there. Memory holds the ids and the series that are not yet whole, which is one
// where the rows of a series stand together. Standard input is kept in a temporary file meanwhile.
//
// Errors are InvalidInput and name file, line, column and value; an error of use ends the reading and
// is returned.
func Read(path string, stdin io.Reader, use func(forecast.Series) error) error {
	name := path
	if path == "-" {
		name = "standard input"
		spooled, err := spool(stdin)
		if err != nil {
			return err
		}
		defer func() { _ = os.Remove(spooled) }()
		path = spooled
	}
	var rows *census
	err := pass(path, name, func(file *csvfile.Reader) (err error) {
		rows, err = count(file)
		return err
	})
	if err != nil {
		return err
	}
	return pass(path, name, func(file *csvfile.Reader) error { return collect(file, rows, use) })
}

// pass opens the file once; name stands for it in errors.
func pass(path, name string, read func(*csvfile.Reader) error) error {
	opened, err := os.Open(path)
	if err != nil {
		var system *os.PathError
		if errors.As(err, &system) {
			err = system.Err
		}
		return fault.Wrap(err, fault.InvalidInput, "%s cannot be opened", name)
	}
	defer func() { _ = opened.Close() }() // nothing was written that closing could lose
	file, err := csvfile.NewReader(name, opened)
	if err != nil {
		return err
	}
	return read(file)
}

// spool copies a stream to a temporary file.
func spool(stream io.Reader) (path string, err error) {
	file, err := os.CreateTemp("", "omnicloud-series-*")
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "standard input cannot be kept for a second reading; set TMPDIR to a folder that can be written")
	}
	_, err = io.Copy(file, stream)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = os.Remove(file.Name())
		return "", fault.Wrap(err, fault.InvalidInput, "standard input cannot be read")
	}
	return file.Name(), nil
}
