package csvfile_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

func readAll(r *csvfile.Reader) ([][]string, error) {
	var rows [][]string
	var row csvfile.Row
	for {
		err := r.Read(&row)
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		fields := make([]string, row.Len())
		for i := range fields {
			fields[i] = row.Text(i)
		}
		rows = append(rows, fields)
	}
}

func TestAFolderIsNoFile(t *testing.T) {
	folder := t.TempDir()
	_, err := csvfile.Open(folder)
	require.True(t, fault.Is(err, fault.InvalidInput), err)
	require.EqualError(t, err, folder+" is a folder; name a file")
}

func TestRead(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want [][]string
	}{
		"plain fields":                      {"a,b\n1,2\n3,4\n", [][]string{{"1", "2"}, {"3", "4"}}},
		"no line end after the last record": {"a,b\n1,2", [][]string{{"1", "2"}}},
		"carriage returns":                  {"a,b\r\n1,2\r\n\"3\",\"4\"\r\n", [][]string{{"1", "2"}, {"3", "4"}}},
		"a byte order mark":                 {"\xef\xbb\xbfa,b\n1,2\n", [][]string{{"1", "2"}}},
		"empty fields":                      {"a,b\n,\n\"\",\"\"\n", [][]string{{"", ""}, {"", ""}}},
		"an empty field at the very end":    {"a,b\n\"1\",", [][]string{{"1", ""}}},
		"quoted commas and line ends":       {"a,b\n\"1,\n2\",3\n", [][]string{{"1,\n2", "3"}}},
		"escaped quotes":                    {"a,b\n\"\"\"x\"\"\",\"y\"\"\"\n", [][]string{{`"x"`, `y"`}}},
		"a quoted field at the very end":    {"a,b\n1,\"2\"", [][]string{{"1", "2"}}},
		"blank lines":                       {"a,b\n\n1,2\n\n\n", [][]string{{"1", "2"}}},
		"blank values of a single column":   {"a\n1\n\n2\n", [][]string{{"1"}, {""}, {"2"}}},
		"only a header":                     {"a,b\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			reader, err := csvfile.NewReader("x.csv", strings.NewReader(test.text))
			require.NoError(t, err)
			got, err := readAll(reader)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.want, got))
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, message string }{
		"an empty file":              {"", "x.csv is empty; its first line must name the columns"},
		"only blank lines":           {"\n\n", "x.csv has no header; its first line must name the columns"},
		"too few fields":             {"a,b\n1,2\n3\n", "x.csv line 3 has 1 fields; its header has 2"},
		"too many fields":            {"a,b\n1,2,3\n", "x.csv line 2 has 3 fields; its header has 2"},
		"a quote that is not closed": {"a,b\n1,\"2\n3,4\n", "x.csv line 2 has a quote that is not closed"},
		"text after a closing quote": {"a,b\n\"1\"x,2\n", "x.csv line 2 has text after the closing quote of a field"},
		"a quote inside a field":     {"a,b\n1\"1\",2\n", "x.csv line 2 has a quote inside a field that does not begin with one"},
		"lines counted over quoted line ends": {
			"a,b\n\"1\n\n\",2\n3\n", "x.csv line 5 has 1 fields; its header has 2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			reader, err := csvfile.NewReader("x.csv", strings.NewReader(test.text))
			if err == nil {
				_, err = readAll(reader)
			}
			require.EqualError(t, err, test.message)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestOpen(t *testing.T) {
	folder := t.TempDir()
	t.Run("reads gzip as is", func(t *testing.T) {
		var packed bytes.Buffer
		zipper := gzip.NewWriter(&packed)
		_, err := zipper.Write([]byte("a,b\n1,2\n"))
		require.NoError(t, err)
		require.NoError(t, zipper.Close())
		path := filepath.Join(folder, "x.csv.gz")
		require.NoError(t, os.WriteFile(path, packed.Bytes(), 0o600))
		reader, err := csvfile.Open(path)
		require.NoError(t, err)
		got, err := readAll(reader)
		require.NoError(t, err)
		require.Equal(t, [][]string{{"1", "2"}}, got)
		require.NoError(t, reader.Close())
	})
	t.Run("names a file that is cut off", func(t *testing.T) {
		path := filepath.Join(folder, "cut.csv.gz")
		require.NoError(t, os.WriteFile(path, []byte{0x1f, 0x8b, 8, 0}, 0o600))
		_, err := csvfile.Open(path)
		require.ErrorContains(t, err, "cut.csv.gz is no valid gzip file")
	})
	t.Run("names a file that is not there", func(t *testing.T) {
		_, err := csvfile.Open(filepath.Join(folder, "none.csv"))
		require.ErrorContains(t, err, "none.csv cannot be opened: no such file or directory")
	})
}

func TestRequire(t *testing.T) {
	reader, err := csvfile.NewReader("x.csv", strings.NewReader("a, b ,c,c\n"))
	require.NoError(t, err)
	places, err := reader.Require("b", "a")
	require.NoError(t, err)
	require.Equal(t, []int{1, 0}, places)
	_, err = reader.Require("d")
	require.EqualError(t, err, `x.csv has no column "d"; its header is "a,b,c,c"`)
	_, err = reader.Require("c")
	require.EqualError(t, err, `x.csv has the column "c" twice`)
}

func TestProcess(t *testing.T) {
	var text strings.Builder
	text.WriteString("n,t\n")
	const rows = 300_000
	for i := range rows {
		fmt.Fprintf(&text, "%d,\"x\n%d\"\n", i, i%7)
	}
	for _, workers := range []int{0, 1, 3} {
		t.Run(fmt.Sprintf("keeps the order of the file on %d workers", workers), func(t *testing.T) {
			reader, err := csvfile.NewReader("x.csv", strings.NewReader(text.String()))
			require.NoError(t, err)
			seen := 0
			err = csvfile.Process(reader, workers, numbers, func(got []string) error {
				for _, n := range got {
					if n != strconv.Itoa(seen) {
						return fmt.Errorf("row %d is %s", seen, n)
					}
					seen++
				}
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, rows, seen)
		})
	}
	t.Run("reports the first error of the file", func(t *testing.T) {
		broken := text.String() + "1\n" + text.String()[len("n,t\n"):] + "2\n"
		for range 5 {
			reader, err := csvfile.NewReader("x.csv", strings.NewReader(broken))
			require.NoError(t, err)
			err = csvfile.Process(reader, 3, numbers, func([]string) error { return nil })
			require.EqualError(t, err, fmt.Sprintf("x.csv line %d has 1 fields; its header has 2", 2*rows+2))
		}
	})
	t.Run("stops when the consumer does", func(t *testing.T) {
		reader, err := csvfile.NewReader("x.csv", strings.NewReader(text.String()))
		require.NoError(t, err)
		enough := errors.New("enough")
		require.ErrorIs(t, csvfile.Process(reader, 2, numbers, func([]string) error { return enough }), enough)
	})
}

func numbers(_ int, chunk *csvfile.Chunk) ([]string, error) {
	var got []string
	var row csvfile.Row
	for {
		more, err := chunk.Next(&row)
		if err != nil || !more {
			return got, err
		}
		got = append(got, row.Text(0))
	}
}

func TestRowErrors(t *testing.T) {
	reader, err := csvfile.NewReader("x.csv", strings.NewReader("a,b\n1,two\n"))
	require.NoError(t, err)
	var row csvfile.Row
	require.NoError(t, reader.Read(&row))
	err = row.Errorf(1, "it is no number")
	require.EqualError(t, err, `x.csv line 2, column b, value "two": it is no number`)
	var coded *fault.Error
	require.ErrorAs(t, err, &coded)
	require.Equal(t, "x.csv:2:b", coded.Fields[0].Pointer)
}

// FuzzRead holds the reader against the standard library's: what both accept, they read alike.
func FuzzRead(f *testing.F) {
	f.Add("a,b\n1,2\n")
	f.Add("a,b\n\"1,\n2\",\"\"\"3\"\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		reader, err := csvfile.NewReader("x.csv", strings.NewReader(text))
		if err != nil {
			return
		}
		got, err := readAll(reader)
		if err != nil {
			return
		}
		standard := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\xef\xbb\xbf")))
		want, err := standard.ReadAll()
		if err != nil || len(want) == 0 || strings.Contains(text, "\r") || len(want[0]) == 1 {
			return
		}
		require.Len(t, got, len(want)-1)
		for i, row := range got {
			require.Equal(t, want[i+1], row)
		}
	})
}
