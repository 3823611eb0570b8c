package devstack

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
)

// Endpoints is the content of <data>/endpoints.json. API, TemporalUI, Sandbox and
// WorkerMetrics are base URLs, Temporal is a host and port. DatabaseURL holds the password, so the file is private.
type Endpoints struct {
	API           string `json:"api"`
	Temporal      string `json:"temporal"`
	TemporalUI    string `json:"temporal_ui"`
	Sandbox       string `json:"sandbox"`
	WorkerMetrics string `json:"worker_metrics"`
	DatabaseURL   string `json:"database_url"`
}

func (f *Folder) endpointsPath() string { return filepath.Join(f.path, "endpoints.json") }

// RememberedEndpoints reads the endpoints of the last start; a missing or damaged file is the
// same as none, since all that it would tell is which ports to prefer.
func (f *Folder) RememberedEndpoints() Endpoints {
	var endpoints Endpoints
	if content, err := os.ReadFile(f.endpointsPath()); err == nil {
		if json.Unmarshal(content, &endpoints) != nil {
			return Endpoints{}
		}
	}
	return endpoints
}

// WriteEndpoints writes endpoints.json.
func (f *Folder) WriteEndpoints(endpoints Endpoints) error {
	return f.writeJSON(f.endpointsPath(), endpoints)
}

// TokensPath is where the bearer tokens of the sample's people are kept.
func (f *Folder) TokensPath() string { return filepath.Join(f.path, "tokens.json") }

// WriteTokens writes tokens.json: bearer tokens by the name of who holds them.
func (f *Folder) WriteTokens(tokens map[string]string) error {
	return f.writeJSON(f.TokensPath(), tokens)
}

func (f *Folder) writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return f.WriteFile(path, append(content, '\n'))
}

// HostPort is the host and port of a URL, or the value itself where it is no URL.
func HostPort(address string) string {
	if parsed, err := url.Parse(address); err == nil && parsed.Host != "" {
		return parsed.Host
	}
	return address
}
