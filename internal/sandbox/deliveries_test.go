package sandbox_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// stored is a page of deliveries.
type stored struct {
	Postings []struct {
		ID             int64           `json:"id"`
		IdempotencyKey string          `json:"idempotency_key"`
		CorrelationID  string          `json:"correlation_id"`
		Document       closing.Posting `json:"document"`
	} `json:"postings"`
	Next  string `json:"next_cursor"`
	Total int    `json:"total"`
}

func (s *server) post(t *testing.T, key, body string) (*http.Response, string) {
	t.Helper()
	return s.call(t, http.MethodPost, "/billing/v1/postings", body,
		map[string]string{"Idempotency-Key": key, "X-Correlation-ID": "req-" + key})
}

func TestPostings(t *testing.T) {
	s := start(t)

	t.Run("the same key with the same body gives the same answer and one row", func(t *testing.T) {
		first, receipt := s.post(t, "k1", samplePosting)
		require.Equal(t, http.StatusCreated, first.StatusCode)
		require.Empty(t, first.Header.Get("Idempotency-Replayed"))
		again, second := s.post(t, "k1", samplePosting)
		require.Equal(t, http.StatusCreated, again.StatusCode)
		require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
		require.Equal(t, receipt, second)

		var page stored
		s.get(t, "/billing/v1/postings", &page)
		require.Equal(t, 1, page.Total)
		require.Equal(t, "k1", page.Postings[0].IdempotencyKey)
		require.Equal(t, "req-k1", page.Postings[0].CorrelationID)
		require.Equal(t, "acme", page.Postings[0].Document.Lines[0].Account)
		require.Equal(t, "12.34", page.Postings[0].Document.Lines[0].Amount.String())
	})
	t.Run("the same key with another body is refused and changes nothing", func(t *testing.T) {
		response, body := s.post(t, "k1", strings.Replace(samplePosting, "12.34", "99.99", 1))
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
		require.Contains(t, body, `"code":"idempotency_mismatch"`)
		var page stored
		s.get(t, "/billing/v1/postings", &page)
		require.Equal(t, 1, page.Total)
	})
	t.Run("a key belongs to its kind of document", func(t *testing.T) {
		response, body := s.call(t, http.MethodPost, "/monitor/v1/events", sampleEvent, map[string]string{"Idempotency-Key": "k1"})
		require.Equal(t, http.StatusCreated, response.StatusCode, body)
	})
	t.Run("many senders of one key leave one row", func(t *testing.T) {
		var senders sync.WaitGroup
		receipts := make([]string, 8)
		for i := range receipts {
			senders.Go(func() { _, receipts[i] = s.post(t, "k2", samplePosting) })
		}
		senders.Wait()
		for _, receipt := range receipts {
			require.Equal(t, receipts[0], receipt)
		}
		var page stored
		s.get(t, "/billing/v1/postings", &page)
		require.Equal(t, 2, page.Total)
	})
	t.Run("listings are narrowed by book and period, and paged", func(t *testing.T) {
		s.post(t, "k3", strings.Replace(samplePosting, `"main"`, `"other"`, 1))
		s.post(t, "k4", strings.Replace(samplePosting, "2026-09", "2026-08", 1))
		var page stored
		s.get(t, "/billing/v1/postings?book=main&period=2026-09&limit=1", &page)
		require.Equal(t, 2, page.Total)
		require.Len(t, page.Postings, 1)
		require.Equal(t, "k1", page.Postings[0].IdempotencyKey)
		var rest stored
		s.get(t, "/billing/v1/postings?book=main&period=2026-09&limit=1&cursor="+page.Next, &rest)
		require.Equal(t, "k2", rest.Postings[0].IdempotencyKey)
		require.Empty(t, rest.Next)
	})
	t.Run("what was delivered outlives the process", func(t *testing.T) {
		second := startOn(t, s.url)
		var page stored
		second.get(t, "/billing/v1/postings", &page)
		require.Equal(t, 4, page.Total)
		response, _ := second.post(t, "k1", samplePosting)
		require.Equal(t, "true", response.Header.Get("Idempotency-Replayed"))
	})
}

func testDeliveryRefusals(t *testing.T, s *server) {
	for _, c := range []struct{ name, path, key, body string }{
		{"no key", "/billing/v1/postings", "", samplePosting},
		{"a key without end", "/billing/v1/postings", strings.Repeat("k", 256), samplePosting},
		{"no JSON", "/billing/v1/postings", "r", "posting"},
		{"two documents", "/billing/v1/postings", "r", samplePosting + samplePosting},
		{"a member that nobody knows", "/billing/v1/postings", "r", strings.Replace(samplePosting, `"book"`, `"bok":"x","book"`, 1)},
		{"no period", "/billing/v1/postings", "r", strings.Replace(samplePosting, "2026-09", "", 1)},
		{"page 2 of 1", "/billing/v1/postings", "r", strings.Replace(samplePosting, `"page":1`, `"page":2`, 1)},
		{"revision 0", "/billing/v1/postings", "r", strings.Replace(samplePosting, `"revision":1`, `"revision":0`, 1)},
		{"an amount that is none", "/billing/v1/postings", "r", strings.Replace(samplePosting, "12.34", "NaN", 1)},
		{"an event without severity", "/monitor/v1/events", "r", `{"kind":"a","summary":"b"}`},
		{"an escalation of cosmetic drift", "/compliance/v1/escalations", "r", strings.Replace(sampleEscalation, "critical", "cosmetic", 1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, body := s.call(t, http.MethodPost, c.path, c.body, map[string]string{"Idempotency-Key": c.key})
			require.Equal(t, http.StatusBadRequest, response.StatusCode, body)
			require.Contains(t, body, `"code":"invalid_input"`)
		})
	}
}
