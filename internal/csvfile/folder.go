package csvfile

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Paths returns the files that a path stands for: itself ("-" included), or every .csv and .csv.gz
// file below a folder, in byte order of their paths, hidden ones left out. A path that does not
// exist, or a folder without such files, is an InvalidInput error.
func Paths(path string) ([]string, error) {
	if path == "-" {
		return []string{path}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.Wrap(unwrapPath(err), fault.InvalidInput, "%s cannot be opened", path)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	var paths []string
	err = filepath.WalkDir(path, func(below string, entry fs.DirEntry, err error) error {
		switch hidden := below != path && strings.HasPrefix(entry.Name(), "."); {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return filepath.SkipDir
		case !hidden && !entry.IsDir() && isTable(entry.Name()):
			paths = append(paths, below)
		}
		return nil
	})
	if err != nil {
		return nil, fault.Wrap(unwrapPath(err), fault.InvalidInput, "the folder %s cannot be read", path)
	}
	if len(paths) == 0 {
		return nil, fault.New(fault.InvalidInput, "the folder %s holds no .csv or .csv.gz file", path)
	}
	return paths, nil
}

func isTable(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".csv.gz")
}

// Folder yields the files that a path stands for, one open at a time, with standard input for "-".
// Each file's bytes pass through watch, where it is not nil, so that progress can be shown.
func Folder(path string, stdin io.Reader, watch func(io.Reader) io.Reader) intake.Files {
	return func(yield func(intake.File, error) bool) {
		paths, err := Paths(path)
		if err != nil {
			yield(intake.File{}, err)
			return
		}
		for _, path := range paths {
			more, err := yieldFile(path, stdin, watch, yield)
			if err != nil {
				yield(intake.File{}, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// yieldFile opens a file for as long as it is being looked at.
func yieldFile(path string, stdin io.Reader, watch func(io.Reader) io.Reader, yield func(intake.File, error) bool) (bool, error) {
	file := intake.File{Name: path, Content: stdin}
	if path == "-" {
		file.Name = "standard input"
	} else {
		opened, err := os.Open(path)
		if err != nil {
			return false, fault.Wrap(unwrapPath(err), fault.InvalidInput, "%s cannot be opened", path)
		}
		// Nothing was written, so closing has nothing to report.
		defer func() { _ = opened.Close() }()
		file.Content = opened
	}
	if watch != nil {
		file.Content = watch(file.Content)
	}
	return yield(file, nil), nil
}

// Readers reads files one after the other as CSV.
func Readers(files intake.Files) iter.Seq2[*Reader, error] {
	return func(yield func(*Reader, error) bool) {
		for file, err := range files {
			if err != nil {
				yield(nil, err)
				return
			}
			reader, err := NewReader(file.Name, file.Content)
			if !yield(reader, err) || err != nil {
				return
			}
		}
	}
}

// Records yields the records of files one after the other, each valid until the next is asked for,
// until the first error. start is called with each file before its first record.
func Records(files intake.Files, start func(*Reader) error) iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		var row Row
		for file, err := range Readers(files) {
			if err == nil {
				err = start(file)
			}
			for err == nil {
				if err = file.Read(&row); err == nil && !yield(&row, nil) {
					return
				}
			}
			if !errors.Is(err, io.EOF) {
				yield(nil, err)
				return
			}
		}
	}
}
