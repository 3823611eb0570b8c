// Package resourcefile reads resources with their declared and observed configuration from JSON: one
// object a line, or a document that lists them. A bad resource is an InvalidInput error that names
// file and line.
package resourcefile

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Folder yields the files that a path stands for: a file of any name, standard input for "-", or the
// .json, .jsonl and .ndjson files of a folder, packed ones (.gz) too, in the order of their names.
func Folder(path string, stdin io.Reader) intake.Files {
	return func(yield func(intake.File, error) bool) {
		paths, err := paths(path)
		if err != nil {
			yield(intake.File{}, err)
			return
		}
		for _, one := range paths {
			for file, err := range csvfile.Folder(one, stdin, nil) {
				if !yield(file, err) || err != nil {
					return
				}
			}
		}
	}
}

func paths(path string) ([]string, error) {
	// What is not there is told when it is opened.
	if info, _ := os.Stat(path); path == "-" || info == nil || !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the folder %s cannot be read", path)
	}
	var found []string
	for _, entry := range entries {
		if name := entry.Name(); !entry.IsDir() && isJSON(name) {
			found = append(found, filepath.Join(path, name))
		}
	}
	if len(found) == 0 {
		return nil, fault.New(fault.InvalidInput, "the folder %s holds no .json, .jsonl or .ndjson file", path)
	}
	return found, nil
}

func isJSON(name string) bool {
	extension := filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz"))
	return slices.Contains([]string{".json", ".jsonl", ".ndjson"}, extension)
}

// unpacked reads a file's text, whether or not it is packed, and without the mark that some editors
// put at the beginning.
func unpacked(file intake.File) (*bufio.Reader, error) {
	reader := bufio.NewReaderSize(file.Content, 64<<10)
	if magic, err := reader.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		packed, err := gzip.NewReader(reader)
		if err != nil {
			return nil, fault.Wrap(err, fault.InvalidInput, "%s looks packed and cannot be unpacked", file.Name)
		}
		reader = bufio.NewReaderSize(packed, 64<<10)
	}
	if mark, err := reader.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = reader.Discard(3) // they were just seen
	}
	return reader, nil
}
