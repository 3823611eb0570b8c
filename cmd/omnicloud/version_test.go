package main

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion(t *testing.T) {
	t.Run("needs no command", func(t *testing.T) {
		code, stdout, stderr := execute(t, "--version")
		require.Zero(t, code)
		require.Regexp(t, `^omnicloud .+\n$`, stdout)
		require.Empty(t, stderr)
	})
	t.Run("names the release, or else the commit", func(t *testing.T) {
		info := &debug.BuildInfo{GoVersion: "go1.26"}
		info.Main.Version = "v1.2.3"
		require.Equal(t, "v1.2.3 (go1.26)", versionOf(info, true))
		info.Main.Version = "(devel)"
		require.Equal(t, "development build (go1.26)", versionOf(info, true))
		info.Settings = []debug.BuildSetting{{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}}
		require.Equal(t, "abc with changes (go1.26)", versionOf(info, true))
		require.Equal(t, "unknown", versionOf(nil, false))
	})
}
