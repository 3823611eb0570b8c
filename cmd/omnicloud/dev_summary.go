package main

import (
	"io"
	"text/template"
)

// summary is the one block that is printed when the stack is ready.
var summary = template.Must(template.New("summary").Parse(`
OmniCloud is ready.

  REST API      {{.Endpoints.API}}
  Temporal UI   {{.Endpoints.TemporalUI}}
  Sandbox       {{.Endpoints.Sandbox}}
  Tokens        {{.Tokens}}
  Data, logs    {{.Data}}

Ctrl-C stops everything; what is stored stays.
`))

func (s *devStack) printSummary(w io.Writer) error {
	return summary.Execute(w, map[string]any{
		"Endpoints": s.endpoints,
		"Tokens":    s.folder.TokensPath(),
		"Data":      s.folder.Path(),
	})
}
