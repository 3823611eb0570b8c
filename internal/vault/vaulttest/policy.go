package vaulttest

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// DocumentedPolicy returns a policy that docs/keys.md recommends, by the comment that it begins with.
func DocumentedPolicy(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "keys.md"))
	require.NoError(t, err)
	found := regexp.MustCompile("(?s)```hcl\n# " + name + "\n(.*?)```").FindSubmatch(text)
	require.NotNil(t, found, "docs/keys.md has no policy %q", name)
	return string(found[1])
}
