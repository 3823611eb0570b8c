package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// slowImport is a request that works until it is let go.
type slowImport struct {
	pool    *pgxpool.Pool
	handler http.Handler
	began   chan context.Context
	release chan struct{}
}

func newSlowImport(t *testing.T) slowImport {
	t.Helper()
	slow := slowImport{pool: postgrestest.New(t), began: make(chan context.Context, 1), release: make(chan struct{})}
	keeper := once{store: postgres.NewIdempotency(slow.pool), logger: slog.New(slog.DiscardHandler), every: 5 * time.Millisecond}
	releaseMode()
	router := gin.New()
	router.POST("/v1/imports", func(c *gin.Context) {
		keeper.do(c, "hash", func() {
			slow.began <- c.Request.Context()
			<-slow.release
			c.JSON(http.StatusCreated, gin.H{"done": true})
		})
	})
	slow.handler = router
	return slow
}

func (s slowImport) post() *httptest.ResponseRecorder {
	asked := httptest.NewRequest(http.MethodPost, "/v1/imports", nil)
	asked.Header.Set(idempotencyHeader, "import-1")
	answered := httptest.NewRecorder()
	s.handler.ServeHTTP(answered, asked)
	return answered
}

// change edits the row of the key, as time or another process would.
func (s slowImport) change(t *testing.T, assignment string) {
	t.Helper()
	_, err := s.pool.Exec(t.Context(), "UPDATE idempotency_keys SET "+assignment)
	require.NoError(t, err)
}

func TestARequestHoldsItsKeyForAsLongAsItRuns(t *testing.T) {
	slow := newSlowImport(t)
	first := make(chan *httptest.ResponseRecorder, 1)
	go func() { first <- slow.post() }()
	<-slow.began
	slow.change(t, "claimed_at = now() - interval '1 hour'")
	require.Eventually(t, func() bool {
		var extended bool
		err := slow.pool.QueryRow(t.Context(), "SELECT claimed_at > now() - interval '1 minute' FROM idempotency_keys").Scan(&extended)
		return err == nil && extended
	}, 10*time.Second, 5*time.Millisecond)

	refused := slow.post()
	require.Equal(t, http.StatusConflict, refused.Code)
	require.Contains(t, refused.Body.String(), `"in_flight"`)
	require.NotEmpty(t, refused.Header().Get("Retry-After"))

	close(slow.release)
	require.Equal(t, http.StatusCreated, (<-first).Code)
	again := slow.post()
	require.Equal(t, http.StatusCreated, again.Code)
	require.Equal(t, "true", again.Header().Get(replayedHeader))
}

func TestARequestThatLostItsKeyIsCancelled(t *testing.T) {
	slow := newSlowImport(t)
	first := make(chan *httptest.ResponseRecorder, 1)
	go func() { first <- slow.post() }()
	working := <-slow.began
	slow.change(t, "claim = claim + 1")
	select {
	case <-working.Done():
		require.ErrorContains(t, context.Cause(working), "taken over")
	case <-time.After(10 * time.Second):
		t.Error("the work went on")
	}
	close(slow.release)
	<-first
}
