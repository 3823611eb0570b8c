package probe_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/probe"
)

func TestHandler(t *testing.T) {
	up := func(context.Context) error { return nil }
	down := func(context.Context) error { return errors.New("no route to host") }
	ask := func(checks probe.Checks, path string) *httptest.ResponseRecorder {
		metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "up 1\n") })
		answer := httptest.NewRecorder()
		probe.Handler(checks, metrics).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		return answer
	}
	t.Run("a process is ready when every dependency answers", func(t *testing.T) {
		answer := ask(probe.Checks{"database": up, "temporal": up}, "/readyz")
		require.Equal(t, http.StatusOK, answer.Code)
		require.JSONEq(t, `{"status":"ready","dependencies":{"database":"ok","temporal":"ok"}}`, answer.Body.String())
	})
	t.Run("it names what does not answer, and not why", func(t *testing.T) {
		answer := ask(probe.Checks{"database": down, "temporal": up}, "/readyz")
		require.Equal(t, http.StatusServiceUnavailable, answer.Code)
		require.JSONEq(t, `{"status":"not_ready","dependencies":{"database":"unavailable","temporal":"ok"}}`, answer.Body.String())
	})
	t.Run("it runs all the same", func(t *testing.T) {
		require.Equal(t, http.StatusOK, ask(probe.Checks{"database": down}, "/healthz").Code)
	})
	t.Run("a dependency that hangs counts as missing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
			require.False(t, probe.Checks{"database": hangs}.Ask(t.Context()).Ready())
		})
	})
	t.Run("metrics stand beside", func(t *testing.T) {
		require.Equal(t, "up 1\n", ask(nil, "/metrics").Body.String())
	})
	t.Run("there is nothing else", func(t *testing.T) {
		require.Equal(t, http.StatusNotFound, ask(nil, "/debug/pprof/").Code)
	})
}
