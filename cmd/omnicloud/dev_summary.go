package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/devstack"
)

// summary is the one block that is printed when the stack is ready. Its commands can be pasted one
// after the other.
var summary = template.Must(template.New("summary").Parse(`
OmniCloud is ready.

  REST API     {{.API}}
  Temporal UI  {{.TemporalUI}}
  Sandbox      {{.Sandbox}}
  Tokens       {{.Tokens}}
  Logs         {{.Logs}}

Try, in another terminal:

  token() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" {{.Tokens}}; }
  curl -s {{.API}}/v1/books/{{.Book}}/periods -H "Authorization: Bearer $(token auditor)"
  curl -s -X POST {{.API}}/v1/books/{{.Book}}/periods/{{.Month}}/close \
    -H "Authorization: Bearer $(token operator)" -H "Idempotency-Key: close-{{.Month}}-$(date +%s)"
  curl -s {{.API}}/v1/books/{{.Book}}/periods/{{.Month}} -H "Authorization: Bearer $(token auditor)"

Ctrl-C stops everything; what is stored stays.
`))

func (s *devStack) printSummary(w io.Writer) error {
	book := closing.SampleBook()
	return summary.Execute(w, struct {
		devstack.Endpoints
		Tokens, Logs, Book, Month string
	}{s.endpoints, shorten(s.folder.TokensPath()), shorten(filepath.Dir(s.folder.Log(""))), book.ID, book.FirstPeriod.String()})
}

// shorten writes a path relative to the working folder where it lies below it.
func shorten(path string) string {
	working, err := os.Getwd()
	if err != nil {
		return path
	}
	relative, err := filepath.Rel(working, path)
	if err != nil || strings.HasPrefix(relative, "..") {
		return path
	}
	return relative
}
