package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/sandbox"
)

const rates = "/billing/v1/rates"

// statuses makes n requests and returns how each was answered, ok standing for 200.
func (s *server) statuses(t *testing.T, path string, n int) []string {
	t.Helper()
	var answers []string
	for range n {
		response, _ := s.call(t, http.MethodGet, path, "", nil)
		if response.StatusCode == http.StatusOK {
			answers = append(answers, "ok")
		} else {
			answers = append(answers, response.Status[:3])
		}
	}
	return answers
}

func (s *server) heal(t *testing.T) {
	t.Helper()
	request, err := http.NewRequest(http.MethodDelete, s.URL+"/sandbox/v1/faults", http.NoBody) // a cleanup has no context left
	require.NoError(t, err)
	response, err := s.Client().Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNoContent, response.StatusCode)
}

func testFaults(t *testing.T, s *server) {
	t.Run("an error rate fails evenly spaced requests, the same ones in every run", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","error_rate":0.4}`)
		require.Equal(t, []string{"ok", "ok", "503", "ok", "503", "ok", "ok", "503", "ok", "503"}, s.statuses(t, rates, 10))
	})
	t.Run("putting a fault again starts it anew", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","error_rate":0.5,"status":500}`)
		require.Equal(t, []string{"ok", "500", "ok", "500"}, s.statuses(t, rates, 4))
	})
	t.Run("times ends the failing", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","status":502,"times":2}`)
		require.Equal(t, []string{"502", "502", "ok", "ok"}, s.statuses(t, rates, 4))
	})
	t.Run("what a fault did is listed", func(t *testing.T) {
		var list struct {
			Faults []struct {
				Route              string
				Requests, Failures int
			}
		}
		s.get(t, "/sandbox/v1/faults", &list)
		require.Len(t, list.Faults, 1)
		require.Equal(t, 4, list.Faults[0].Requests)
		require.Equal(t, 2, list.Faults[0].Failures)
	})
	t.Run("the longest route that fits decides", func(t *testing.T) {
		s.fault(t, `{"route":"*","status":500}`)
		s.fault(t, `{"route":"GET /billing/*","status":501}`)
		s.fault(t, `{"route":"GET /billing/v1/rates","status":502}`)
		require.Equal(t, []string{"502"}, s.statuses(t, rates, 1))
		require.Equal(t, []string{"501"}, s.statuses(t, "/billing/v1/reservations", 1))
		require.Equal(t, []string{"500"}, s.statuses(t, "/tenants/v1/tenants", 1))
		require.Equal(t, []string{"ok"}, s.statuses(t, "/healthz", 1), "controls are never touched")
	})
	t.Run("one fault can be removed, and all", func(t *testing.T) {
		response, _ := s.call(t, http.MethodDelete, "/sandbox/v1/faults?route=GET+/billing/v1/rates", "", nil)
		require.Equal(t, http.StatusNoContent, response.StatusCode)
		require.Equal(t, []string{"501"}, s.statuses(t, rates, 1))
		response, _ = s.call(t, http.MethodDelete, "/sandbox/v1/faults?route=GET+/billing/v1/rates", "", nil)
		require.Equal(t, http.StatusNotFound, response.StatusCode)
		s.heal(t)
		require.Equal(t, []string{"ok"}, s.statuses(t, rates, 1))
	})
	t.Run("retry_after_s alone means 429", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","retry_after_s":3}`)
		response, body := s.call(t, http.MethodGet, rates, "", nil)
		require.Equal(t, http.StatusTooManyRequests, response.StatusCode)
		require.Equal(t, "3", response.Header.Get("Retry-After"))
		require.Contains(t, body, `"retryable":true`)
	})
	t.Run("latency holds up and then answers", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","latency_ms":60}`)
		began := time.Now()
		require.Equal(t, []string{"ok"}, s.statuses(t, rates, 1))
		require.GreaterOrEqual(t, time.Since(began), 60*time.Millisecond)
	})
	t.Run("malformed is a page of HTML", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","malformed":true}`)
		response, body := s.call(t, http.MethodGet, rates, "", nil)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.True(t, strings.HasPrefix(body, "<html>"))
	})
	t.Run("truncated breaks off within the promised length", func(t *testing.T) {
		s.fault(t, `{"route":"GET /billing/v1/rates","truncated":true}`)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+rates, http.NoBody)
		require.NoError(t, err)
		response, err := s.Client().Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.NoError(t, response.Body.Close())
		require.Len(t, body, int(response.ContentLength/2))
	})
	t.Run("a hanging route hangs until the client gives up", func(t *testing.T) {
		s.fault(t, `{"route":"POST /billing/v1/postings","hang":true}`)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/billing/v1/postings", strings.NewReader(samplePosting))
		require.NoError(t, err)
		_, err = s.Client().Do(request)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
	t.Run("after_effect fails once the request has taken effect", func(t *testing.T) {
		s.fault(t, `{"route":"POST /billing/v1/postings","status":500,"after_effect":true,"times":1}`)
		response, _ := s.post(t, "lost", samplePosting)
		require.Equal(t, http.StatusInternalServerError, response.StatusCode)
		response, _ = s.post(t, "lost", samplePosting)
		require.Equal(t, http.StatusCreated, response.StatusCode)
		require.Equal(t, "true", response.Header.Get("Idempotency-Replayed"))
	})
}

func testFaultRefusals(t *testing.T, s *server) {
	for name, document := range map[string]string{
		"a route that is not served":      `{"route":"GET /billing/v1/prices","status":500}`,
		"a route of the sandbox's own":    `{"route":"GET /sandbox/v1/faults","status":500}`,
		"a fault that does nothing":       `{"route":"GET /billing/v1/rates"}`,
		"a rate above one":                `{"route":"*","error_rate":1.5}`,
		"a status that is no failure":     `{"route":"*","status":204}`,
		"a latency of an hour":            `{"route":"*","latency_ms":3600000}`,
		"a member that nobody knows":      `{"route":"*","latency":10}`,
		"a negative number of times":      `{"route":"*","status":500,"times":-1}`,
		"a retry after more than an hour": `{"route":"*","retry_after_s":3601}`,
	} {
		t.Run(name, func(t *testing.T) {
			response, body := s.call(t, http.MethodPut, "/sandbox/v1/faults", document, nil)
			require.Equal(t, http.StatusBadRequest, response.StatusCode, body)
			require.Equal(t, []string{"ok"}, s.statuses(t, rates, 1))
		})
	}
}

func testControlTotalsCanBeMadeWrong(t *testing.T, s *server) {
	const path = "/billing/v1/control-totals?period=2026-09"
	_, before := s.call(t, http.MethodGet, path, "", nil)
	response, body := s.call(t, http.MethodPut, "/sandbox/v1/control-totals",
		`{"period":"2026-09","billing_account_id":"111122223333","invoice_id":"INV-202609-1111","currency":"USD","billed_cost":"25380.88"}`, nil)
	require.Equal(t, http.StatusOK, response.StatusCode, body)
	_, wrong := s.call(t, http.MethodGet, path, "", nil)
	require.Contains(t, wrong, `"billed_cost":"25380.88"`)

	response, _ = s.call(t, http.MethodPut, "/sandbox/v1/control-totals",
		`{"period":"2026-09","billing_account_id":"111122223333","invoice_id":"INV-0","currency":"USD","billed_cost":"1"}`, nil)
	require.Equal(t, http.StatusNotFound, response.StatusCode)

	response, _ = s.call(t, http.MethodDelete, "/sandbox/v1/control-totals", "", nil)
	require.Equal(t, http.StatusNoContent, response.StatusCode)
	_, after := s.call(t, http.MethodGet, path, "", nil)
	require.Equal(t, before, after)
}

func testRequestLog(t *testing.T, s *server) {
	s.fault(t, `{"route":"GET /billing/v1/rates","status":503,"times":1}`)
	header := map[string]string{
		"X-Correlation-ID": "req-9", "X-Service-Name": "omnicloud", "X-Tenant-ID": "acme",
		"Traceparent": "00-01-02-01",
	}
	s.call(t, http.MethodGet, rates, "", header)
	s.call(t, http.MethodGet, rates+"?limit=1", "", header)
	s.call(t, http.MethodGet, rates, "", nil)
	var log struct {
		Requests []struct {
			Route, Query, Traceparent string
			Status                    int
			ServiceName               string `json:"service_name"`
			TenantID                  string `json:"tenant_id"`
		}
	}
	s.get(t, "/sandbox/v1/requests?correlation_id=req-9", &log)
	require.Len(t, log.Requests, 2)
	require.Equal(t, 503, log.Requests[0].Status, "faults are logged as they were answered")
	require.Equal(t, 200, log.Requests[1].Status)
	require.Equal(t, "limit=1", log.Requests[1].Query)
	require.Equal(t, "GET /billing/v1/rates", log.Requests[1].Route)
	require.Equal(t, "omnicloud", log.Requests[1].ServiceName)
	require.Equal(t, "acme", log.Requests[1].TenantID)
	require.Equal(t, "00-01-02-01", log.Requests[1].Traceparent)
}

func testServeStops(t *testing.T, s *server) {
	services, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.url})
	require.NoError(t, err)
	defer services.Close()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- services.Serve(ctx, listener) }()

	address := "http://" + listener.Addr().String()
	client := &http.Client{}
	defer client.CloseIdleConnections()
	put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, address+"/sandbox/v1/faults",
		strings.NewReader(`{"route":"GET /billing/v1/rates","hang":true}`))
	require.NoError(t, err)
	response, err := client.Do(put)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())

	hanging := make(chan error, 1)
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+rates, http.NoBody)
	require.NoError(t, err)
	go func() {
		response, err := client.Do(get)
		if err == nil {
			_ = response.Body.Close()
		}
		hanging <- err
	}()
	require.Eventually(t, func() bool {
		look, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/sandbox/v1/faults", http.NoBody)
		require.NoError(t, err)
		response, err := client.Do(look)
		require.NoError(t, err)
		text, err := io.ReadAll(response.Body)
		require.NoError(t, errors.Join(err, response.Body.Close()))
		return strings.Contains(string(text), `"requests":1`)
	}, 10*time.Second, 5*time.Millisecond)
	cancel()
	require.NoError(t, <-served, "a hanging request does not keep the server from stopping")
	require.Error(t, <-hanging)
}

func TestDatabaseThatIsNotThere(t *testing.T) {
	for name, url := range map[string]string{
		"a URL that is none": "postgres://[",
		"nothing listens":    "postgres://nobody@127.0.0.1:1/none",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: url})
			require.Error(t, err)
		})
	}
}
