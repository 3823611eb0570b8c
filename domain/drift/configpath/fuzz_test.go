package configpath_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// FuzzParse reads whatever it is given as a path and as a pattern: what is refused is said to be bad
// input, what is read is written so that it is read back, and every place is matched by its own text.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"a.b[0].c", `tags["a.b"]`, "**.rules[*].port", `["\u0000"]["*"]`, "a.0.b", "[00]", `["`, "a..b", "*.?x"} {
		f.Add(text, "a.b[0].c")
	}
	f.Add("0", "\xfb")
	f.Fuzz(func(t *testing.T, glob, text string) {
		pattern, err := configpath.ParsePattern(glob)
		if err != nil {
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		}
		path, err := configpath.Parse(text)
		if err != nil {
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			return
		}
		pattern.Match(path)
		again, err := configpath.Parse(path.String())
		require.NoError(t, err)
		require.Equal(t, path, again)
		if len(path) > 0 {
			itself, err := configpath.ParsePattern(path.String())
			require.NoError(t, err)
			require.True(t, itself.Match(path))
			require.True(t, itself.Beneath().Match(path))
		}
	})
}
