package opencost

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Layout is the name by which an import asks for this format.
const Layout = "opencost"

// layoutCSV is the name of the other one.
const layoutCSV = "csv"

// Or returns a format of usage that reads OpenCost exports, and leaves files that hold no JSON object
// to another format, unless one of the two is asked for by name.
func Or(other intake.Format) intake.Format {
	other.Layouts = []string{layoutCSV, Layout}
	rest := other.Read
	other.Read = func(files intake.Files, options intake.FormatOptions) intake.Rows {
		return func(yield func(intake.Row, error) bool) {
			seen := map[string]bool{}
			for file, err := range files {
				more := false
				if err == nil {
					more, err = readEither(file, options, seen, rest, yield)
				}
				if err != nil && !errors.Is(err, errStopped) {
					yield(intake.Row{}, err)
					return
				}
				if !more {
					return
				}
			}
		}
	}
	return other
}

// readEither reads one file and reports whether more rows are wanted.
func readEither(
	file intake.File, options intake.FormatOptions, seen map[string]bool,
	rest func(intake.Files, intake.FormatOptions) intake.Rows, yield func(intake.Row, error) bool,
) (bool, error) {
	plain, err := unzipped(file)
	if err != nil {
		return false, err
	}
	content := bufio.NewReaderSize(plain, 1<<16)
	file.Content = content
	if options.Layout == Layout || options.Layout == "" && isObject(content) {
		return read(file, options, seen, yield)
	}
	only := func(yield func(intake.File, error) bool) { yield(file, nil) }
	for row, err := range rest(only, options) {
		if err != nil {
			return false, err
		}
		if !yield(row, nil) {
			return false, nil
		}
	}
	return true, nil
}

// unzipped recognises gzip by its first bytes, whatever the name.
func unzipped(file intake.File) (io.Reader, error) {
	content := bufio.NewReaderSize(file.Content, 1<<16)
	if magic, _ := content.Peek(2); !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return content, nil
	}
	zipped, err := gzip.NewReader(content)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "%s is no valid gzip file", file.Name)
	}
	return zipped, nil
}

// isObject looks at the first byte that is no space. No header of a CSV file begins with a brace.
func isObject(content *bufio.Reader) bool {
	for n := 1; n <= 1<<12; n++ {
		seen, err := content.Peek(n)
		if err != nil {
			return false
		}
		switch seen[n-1] {
		case ' ', '\t', '\r', '\n':
			continue
		default:
			return seen[n-1] == '{'
		}
	}
	return false
}
