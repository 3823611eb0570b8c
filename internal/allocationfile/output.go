package allocationfile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Output is a file that appears under its name only when it is whole: until Commit it is a
// temporary file beside it.
type Output struct {
	*bufio.Writer
	path string
	file *os.File // nil for a stream
	// device is what is there and no file, nil elsewhere.
	device *os.File
}

// CreateOutput begins a file; "-" stands for the stream. What is there and no file, such as a device or a pipe, is
// written to and stays what it is; a file that is replaced keeps its permissions. Call Commit, and Discard in any case.
func CreateOutput(path string, stream io.Writer) (*Output, error) {
	if path == "-" {
		return &Output{Writer: bufio.NewWriterSize(stream, 1<<16)}, nil
	}
	there, err := os.Stat(path)
	switch {
	case err != nil: // a new file
	case there.IsDir():
		return nil, fault.New(fault.InvalidInput, "%s is a folder; name a file", path)
	case !there.Mode().IsRegular():
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "%s cannot be written", path)
		}
		return &Output{Writer: bufio.NewWriterSize(device, 1<<16), device: device}, nil
	}
	path = behindLinks(path)
	file, err := beside(path, there)
	if err != nil {
		var system *os.PathError
		if errors.As(err, &system) {
			err = system.Err // without the name of the temporary file
		}
		return nil, fault.Wrap(err, fault.InvalidInput, "%s cannot be written", path)
	}
	return &Output{Writer: bufio.NewWriterSize(file, 1<<16), path: path, file: file}, nil
}

// behindLinks returns what a link names in the end, or in the first place where that is not there yet.
func behindLinks(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	target, err := os.Readlink(path)
	switch {
	case err != nil:
		return path
	case filepath.IsAbs(target):
		return target
	}
	return filepath.Join(filepath.Dir(path), target)
}

// beside creates a temporary file in the folder of another, with the permissions of that one where it is there and
// those of any new file where there is nil.
func beside(path string, there os.FileInfo) (*os.File, error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+rand.Text())
	if there == nil {
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := file.Chmod(there.Mode().Perm()); err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(name))
	}
	return file, nil
}

// Commit writes what is buffered and gives the file its name.
func (o *Output) Commit() error {
	err := o.Flush()
	if o.device != nil {
		err = errors.Join(err, o.device.Close())
		o.device = nil
	}
	if o.file == nil {
		if err != nil {
			return fault.Wrap(err, fault.Unavailable, "the result cannot be written")
		}
		return nil
	}
	if closing := o.file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(o.file.Name(), o.path)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "%s cannot be written", o.path)
	}
	o.file = nil
	return nil
}

// Discard removes the temporary file of an output that was not committed.
func (o *Output) Discard() {
	if o.device != nil {
		_ = o.device.Close()
		o.device = nil
	}
	if o.file != nil {
		_ = o.file.Close()
		_ = os.Remove(o.file.Name())
		o.file = nil
	}
}
