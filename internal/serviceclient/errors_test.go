package serviceclient_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

func TestStatuses(t *testing.T) {
	for _, c := range []struct {
		status    int
		body      string
		code      fault.Code
		retryable bool
	}{
		{http.StatusFound, "", fault.Upstream, false},
		{http.StatusBadRequest, `{"detail":"limit is wrong"}`, fault.Upstream, false},
		{http.StatusUnauthorized, "", fault.Upstream, false},
		{http.StatusForbidden, "", fault.Upstream, false},
		{http.StatusNotFound, "", fault.NotFound, false},
		{http.StatusRequestTimeout, "", fault.Unavailable, true},
		{http.StatusConflict, "", fault.Conflict, false},
		{http.StatusPreconditionFailed, "", fault.PreconditionFailed, false},
		{http.StatusRequestEntityTooLarge, "", fault.TooLarge, false},
		{http.StatusUnprocessableEntity, `{"code":"invalid_input"}`, fault.Upstream, false},
		{http.StatusUnprocessableEntity, `{"code":"idempotency_mismatch"}`, fault.IdempotencyMismatch, false},
		{http.StatusTooEarly, "", fault.Unavailable, true},
		{http.StatusTooManyRequests, "", fault.RateLimited, true},
		{http.StatusInternalServerError, "<html>", fault.Unavailable, true},
		{http.StatusNotImplemented, "", fault.Upstream, false},
		{http.StatusBadGateway, "", fault.Unavailable, true},
		{http.StatusServiceUnavailable, "", fault.Unavailable, true},
		{http.StatusGatewayTimeout, "", fault.Unavailable, true},
		{http.StatusHTTPVersionNotSupported, "", fault.Upstream, false},
	} {
		t.Run(http.StatusText(c.status)+" "+c.body, func(t *testing.T) {
			clients := serve(t, answer(c.status, c.body))
			coded, called := parts(t, clients.Billing.Post(t.Context(), "k", closing.Posting{}))
			require.Equal(t, c.code, coded.Code)
			require.Equal(t, c.retryable, coded.Retryable)
			require.Equal(t, c.status, called.Status)
			require.Equal(t, "POST /billing/v1/postings", called.Route)
			require.Equal(t, "billing", called.Service)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	date := time.Date(2026, time.September, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		want        time.Duration
	}{
		{"seconds", "7", 7 * time.Second},
		{"a date, measured against the answer's own", date.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{"a date in the past", date.Add(-time.Minute).Format(http.TimeFormat), 0},
		{"more than an hour", "86400", time.Hour},
		{"a number beyond all bounds", "99999999999999999999", 0},
		{"a negative number", "-5", 0},
		{"no time at all", "soon", 0},
		{"absent", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			clients := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", date.Format(http.TimeFormat))
				if c.value != "" {
					w.Header().Set("Retry-After", c.value)
				}
				w.WriteHeader(http.StatusTooManyRequests)
			})
			_, err := clients.Compute.Usage(t.Context(), september, "")
			coded, _ := parts(t, err)
			require.Equal(t, c.want, coded.RetryAfter)
			require.True(t, coded.Retryable)
		})
	}
}

func TestProblems(t *testing.T) {
	t.Run("what the service says reaches the log and not the caller", func(t *testing.T) {
		clients := serve(t, answer(http.StatusBadRequest, `{"title":"Bad","detail":"row 7\n of\tdisk sda is full","code":"x"}`))
		coded, called := parts(t, clients.Billing.Post(t.Context(), "k", closing.Posting{}))
		require.Equal(t, serviceclient.Problem{Title: "Bad", Detail: "row 7 of disk sda is full", Code: "x"}, called.Problem)
		require.Contains(t, coded.Error(), "row 7 of disk sda is full")
		require.NotContains(t, coded.Message, "disk sda")
	})
	t.Run("a detail without end is cut", func(t *testing.T) {
		clients := serve(t, answer(http.StatusBadRequest, `{"detail":"`+strings.Repeat("ä", 20_000)+`"}`))
		_, called := parts(t, clients.Billing.Post(t.Context(), "k", closing.Posting{}))
		require.LessOrEqual(t, len(called.Problem.Detail), 500)
	})
}

func TestDeadlines(t *testing.T) {
	quick := func(o *serviceclient.Options) { o.Timeout = 50 * time.Millisecond }
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

	t.Run("a service that does not answer is unavailable", func(t *testing.T) {
		_, err := serve(t, hang, quick).Billing.Charges(t.Context(), september, "")
		coded, called := parts(t, err)
		require.Equal(t, fault.Unavailable, coded.Code)
		require.True(t, coded.Retryable)
		require.Contains(t, coded.Message, "did not answer GET /billing/v1/charges within 50ms")
		require.Zero(t, called.Status)
	})
	t.Run("so is one that stops in the middle of its answer", func(t *testing.T) {
		clients := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"charges":[`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, quick)
		_, err := clients.Billing.Charges(t.Context(), september, "")
		coded, called := parts(t, err)
		require.Equal(t, fault.Unavailable, coded.Code)
		require.True(t, coded.Retryable)
		require.Contains(t, coded.Message, "within 50ms")
		require.Equal(t, http.StatusOK, called.Status)
	})
	t.Run("a caller's own deadline comes back as such", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := serve(t, hang).Billing.Charges(ctx, september, "")
		coded, _ := parts(t, err)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.False(t, coded.Retryable)
	})
	t.Run("a caller that leaves is told that it left", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		clients := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel()
			<-r.Context().Done()
		})
		_, err := clients.Billing.Charges(ctx, september, "")
		coded, _ := parts(t, err)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, coded.Retryable)
	})
	t.Run("a service that is not there is unavailable", func(t *testing.T) {
		_, err := connect(t, "http://127.0.0.1:1").Tenants.Tenants(t.Context())
		coded, _ := parts(t, err)
		require.Equal(t, fault.Unavailable, coded.Code)
		require.True(t, coded.Retryable)
		require.Contains(t, coded.Message, "tenants cannot be reached")
	})
}
