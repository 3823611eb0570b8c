package vaulttest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/vault/api"
	"github.com/stretchr/testify/require"
)

// audit has the server write down every request.
func (s *Server) audit() {
	s.Helper()
	require.NoError(s, s.Root.Sys().EnableAuditWithOptions("file", &api.EnableAuditOptions{
		Type: "file", Options: map[string]string{"file_path": s.auditLog()},
	}))
}

// Requests counts those that the server was sent for a path, refused ones included.
func (s *Server) Requests(path string) int {
	s.Helper()
	content, err := os.ReadFile(s.auditLog())
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	require.NoError(s, err)
	count := 0
	for line := range strings.Lines(string(content)) {
		var entry struct {
			Type    string `json:"type"`
			Request struct {
				Path string `json:"path"`
			} `json:"request"`
		}
		// The last line may be half written.
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Type == "request" && entry.Request.Path == path {
			count++
		}
	}
	return count
}

// Tokens counts the tokens that are valid.
func (s *Server) Tokens() int {
	s.Helper()
	return len(s.accessors())
}

// RevokeTokens ends every token that a method of authentication gave.
func (s *Server) RevokeTokens(method string) {
	s.Helper()
	for _, accessor := range s.accessors() {
		found, err := s.Root.Auth().Token().LookupAccessor(accessor)
		require.NoError(s, err)
		if path, _ := found.Data["path"].(string); strings.HasPrefix(path, "auth/"+method+"/") {
			require.NoError(s, s.Root.Auth().Token().RevokeAccessor(accessor))
		}
	}
}

func (s *Server) accessors() []string {
	s.Helper()
	listed, err := s.Root.Logical().List("auth/token/accessors")
	require.NoError(s, err)
	var accessors []string
	for _, accessor := range listed.Data["keys"].([]any) {
		accessors = append(accessors, accessor.(string))
	}
	return accessors
}

func (s *Server) auditLog() string { return filepath.Join(s.folder, "audit.log") }
