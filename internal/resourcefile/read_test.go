package resourcefile_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/resourcefile"
)

func files(texts ...string) intake.Files {
	return func(yield func(intake.File, error) bool) {
		for i, text := range texts {
			if !yield(intake.File{Name: fmt.Sprintf("f%d.json", i+1), Content: strings.NewReader(text)}, nil) {
				return
			}
		}
	}
}

// collect returns the rows before the first error.
func collect(rows infra.Rows) (read []infra.Row, err error) {
	for row, err := range rows {
		if err != nil {
			return read, err
		}
		read = append(read, row)
	}
	return read, nil
}

// one and two are resources over one and several lines.
const (
	one = `{"id":"a","resource_type":"vm","desired":{"n": 1.10},"actual":null}`
	two = `{
  "resource_id": "b", "resource_type": "vm", "tenant_id": "acme",
  "actual": {}, "depends_on": ["a"], "state": "failed", "version": 7, "updated_at": "2026-11-28T12:00:00Z"
}`
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		places string
	}{
		"a line each":                {one + "\n\n" + one + "\r\n" + one, "1 3 4"},
		"objects over several lines": {one + "\n" + two + "\n" + one, "1 2 6"},
		"a list":                     {"\n[" + one + ",\n\n" + two + ", " + one + "\n]\n", "2 4 7"},
		"a listing":                  {"{\n \"resources\": [\n" + one + ",\n" + two + "],\n\"total\": 2}", "3 4"},
		"a listing that ends on its": {`{"total":1,"resources":[` + one + `]}`, "1"},
		"a mark at the beginning":    {"\xef\xbb\xbf" + one, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := collect(resourcefile.Read(files(c.text)))
			require.NoError(t, err)
			var places []string
			for _, row := range rows {
				places = append(places, strings.TrimPrefix(row.Place, "f1.json line "))
			}
			require.Equal(t, c.places, strings.Join(places, " "))
		})
	}
	t.Run("everything that is said of a resource arrives", func(t *testing.T) {
		rows, err := collect(resourcefile.Read(files(one, two)))
		require.NoError(t, err)
		require.Equal(t, infra.Resource{ID: "a", Type: "vm", Desired: []byte(`{"n": 1.10}`)}, rows[0].Resource)
		require.Equal(t, infra.Resource{ID: "b", Type: "vm", TenantID: "acme", Actual: []byte(`{}`), DependsOn: []string{"a"}, State: infra.Failed}, rows[1].Resource)
		require.Equal(t, "f2.json line 1", rows[1].Place)
	})
	t.Run("packed files are read as they are", func(t *testing.T) {
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, err := io.WriteString(writer, one)
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		rows, err := collect(resourcefile.Read(files(packed.String())))
		require.NoError(t, err)
		require.Len(t, rows, 1)
	})
	t.Run("lines are counted far into a long file", func(t *testing.T) {
		rows, err := collect(resourcefile.Read(files(strings.Repeat(one+"\n", 20_000) + "{]")))
		require.ErrorContains(t, err, "f1.json line 20001: this is no JSON")
		require.Len(t, rows, 20_000)
	})
}

func TestReadRefusals(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"nothing":                       {"", "f1.json holds no resources"},
		"an empty list":                 {"[]", "f1.json holds no resources"},
		"an empty listing":              {`{"resources":[],"total":0}`, "f1.json holds no resources"},
		"a member that nobody knows":    {one + "\n" + `{"id":"b","desried":{}}`, `f1.json line 2: a resource has no member "desried"`},
		"a number for a resource":       {one + "\n7", "f1.json line 2: a resource is a JSON object, not a number"},
		"a type that is a number":       {`{"id":"a","resource_type":7}`, "f1.json line 1: member resource_type holds a number"},
		"two ids":                       {`{"id":"a","resource_id":"b"}`, "f1.json line 1: resource_id and id name two resources"},
		"broken text":                   {one + "\n" + `{"id": secret}`, "f1.json line 2: this is no JSON"},
		"an end in the middle":          {one + "\n" + `{"id": "a`, "f1.json line 2: the file ends in the middle"},
		"a list without end":            {"[" + one + "\n", "the file ends in the middle"},
		"something behind a list":       {"[" + one + "]\n7", "something follows the document"},
		"one page of a listing":         {`{"resources":[` + one + `],"next_cursor":"x","total":9}`, "one page of a listing"},
		"a listing that lists nothing":  {`{"resources":7}`, "a list of resources belongs here"},
		"a listing with a broken total": {`{"total":,"resources":[]}`, "this is no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := collect(resourcefile.Read(files(c.text)))
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.ErrorContains(t, err, c.says)
		})
	}
	t.Run("no error tells what a configuration holds", func(t *testing.T) {
		_, err := collect(resourcefile.Read(files(`{"id":"a","desired":{"password":"hunter2-hunter2"},"state":{"x":"hunter2-hunter2"}}`)))
		require.Error(t, err)
		require.NotContains(t, err.Error(), "hunter2")
	})
}

func TestFolder(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	t.Run("a folder without such files", func(t *testing.T) {
		_, err := collect(resourcefile.Read(resourcefile.Folder(folder, nil)))
		require.ErrorContains(t, err, "holds no .json")
	})
	write("b.jsonl", one)
	write("a.JSON", two)
	write("notes.txt", "not for us")
	t.Run("the files of a folder by name", func(t *testing.T) {
		rows, err := collect(resourcefile.Read(resourcefile.Folder(folder, nil)))
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.Equal(t, "b", rows[0].Resource.ID)
	})
	t.Run("a file, whatever its name", func(t *testing.T) {
		write("inventory", one)
		rows, err := collect(resourcefile.Read(resourcefile.Folder(filepath.Join(folder, "inventory"), nil)))
		require.NoError(t, err)
		require.Len(t, rows, 1)
	})
	t.Run("standard input", func(t *testing.T) {
		rows, err := collect(resourcefile.Read(resourcefile.Folder("-", strings.NewReader(one))))
		require.NoError(t, err)
		require.Equal(t, "standard input line 1", rows[0].Place)
	})
	t.Run("a file that is not there", func(t *testing.T) {
		_, err := collect(resourcefile.Read(resourcefile.Folder(filepath.Join(folder, "none"), nil)))
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	})
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{one, two, "[" + one + "]", `{"resources":[` + one + "]}", "[[", "{\"total\":1", "null", "\x1f\x8b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := collect(resourcefile.Read(files(string(text))))
		if err != nil {
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		} else {
			require.NotEmpty(t, rows)
		}
	})
}
