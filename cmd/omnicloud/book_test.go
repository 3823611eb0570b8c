package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestBook(t *testing.T) {
	url := postgrestest.URL(t)
	book := func(stdin string, arguments ...string) (code int, stdout, stderr string) {
		var out, errs bytes.Buffer
		code = run(t.Context(), append(append([]string{"book"}, arguments...), "--database-url", url),
			streams{In: strings.NewReader(stdin), Out: &out, Err: &errs})
		return code, out.String(), errs.String()
	}
	const written = "version: 1\nbook: eu\ncurrency: EUR\nfirst_period: 2026-01\nvariance_tolerance: 0.05\n"
	path := filepath.Join(t.TempDir(), "book.yaml")
	require.NoError(t, os.WriteFile(path, []byte(written), 0o600))

	t.Run("show says how to make the first one", func(t *testing.T) {
		code, _, stderr := book("", "show")
		require.Zero(t, code)
		require.Contains(t, stderr, "omnicloud book apply")
	})
	t.Run("apply makes one", func(t *testing.T) {
		code, stdout, stderr := book("", "apply", path)
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, "book eu: created")
	})
	t.Run("show prints what apply reads", func(t *testing.T) {
		code, shown, stderr := book("", "show", "eu")
		require.Zero(t, code, stderr)
		require.Contains(t, shown, "variance_tolerance: \"0.05\"\n")
		_, stdout, _ := book(shown, "apply", "-")
		require.Equal(t, "book eu: unchanged\n", stdout)
	})
	t.Run("apply changes it from standard input", func(t *testing.T) {
		_, stdout, stderr := book(strings.Replace(written, "0.05", "12.5", 1), "apply", "-")
		require.Contains(t, stdout, "book eu: changed", stderr)
	})
	for want, arguments := range map[string][]string{
		"standard input:2: closing_day: is not known here": {"apply", "-"},
		"/nowhere.yaml cannot be read":                     {"apply", "/nowhere.yaml"},
		"there is no book us":                              {"show", "us"},
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			code, stdout, stderr := book("version: 1\nclosing_day: 4\n", arguments...)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}
