package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func TestReadPath(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	for name, test := range map[string]struct{ given, want string }{
		"an empty one names no file":               {"", ""},
		"a dash is standard input or output":       {"-", "-"},
		"a relative one is of the folder it is in": {"a/b", filepath.Join(here, "a", "b")},
		"an absolute one stays":                    {"/a/b", "/a/b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(envPrefix+"_FILE", test.given)
			var flags struct {
				File string `type:"path"`
			}
			parser, err := kong.New(&flags, kong.DefaultEnvars(envPrefix), kong.NamedMapper("path", kong.MapperFunc(readPath)))
			require.NoError(t, err)
			_, err = parser.Parse(nil)
			require.NoError(t, err)
			require.Equal(t, test.want, flags.File)
		})
	}
}
