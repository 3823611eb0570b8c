package services

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// impatient gives up early, and forgives more failures in a row than any test here makes.
func impatient(o *serviceclient.Options) {
	o.Timeout = 150 * time.Millisecond
	o.Breaker.Failures = 50
}

func testPagesUnderFaults(t *testing.T, database string) {
	p := start(t, database, small)
	whole, _ := p.charges(t)
	for name, document := range map[string]string{
		"errors":                 `{"route":"GET /billing/v1/charges","error_rate":0.6,"status":502}`,
		"answers that break off": `{"route":"GET /billing/v1/charges","error_rate":0.5,"truncated":true}`,
		"a proxy's page":         `{"route":"GET /billing/*","error_rate":0.5,"malformed":true}`,
		"latency":                `{"route":"*","latency_ms":5}`,
	} {
		t.Run(name, func(t *testing.T) {
			p.fault(t, document)
			charges, failures := p.charges(t)
			same(t, whole, charges)
			if name != "latency" {
				require.Greater(t, failures, 3)
			}
		})
	}
	t.Run("too many requests, with the time to wait", func(t *testing.T) {
		p.fault(t, `{"route":"GET /billing/v1/charges","retry_after_s":1,"times":1}`)
		began := time.Now()
		charges, failures := p.charges(t)
		same(t, whole, charges)
		require.Equal(t, 1, failures)
		require.GreaterOrEqual(t, time.Since(began), time.Second)
	})
	t.Run("a wrong schema is not tried again", func(t *testing.T) {
		p.fault(t, `{"route":"GET /billing/v1/charges","wrong_schema":true}`)
		_, err := p.Billing.Charges(t.Context(), september, "")
		require.True(t, fault.Is(err, fault.Upstream), "%v", err)
	})
}

func testPostingWhoseAnswerIsLost(t *testing.T, database string) {
	p := start(t, database, impatient)
	posting := closing.Posting{
		Book: "main", Period: september, Revision: 1, Page: 1, Pages: 1,
		Lines: []closing.PostingLine{{Account: "acme", Currency: "USD", Amount: money.Posted{Decimal: decimal.RequireFromString("12.34")}}},
	}
	for key, document := range map[string]string{
		"an error after the effect":       `{"route":"POST /billing/v1/postings","status":500,"after_effect":true,"times":2}`,
		"a truncated answer":              `{"route":"POST /billing/v1/postings","truncated":true,"times":2}`,
		"no answer, and no effect either": `{"route":"POST /billing/v1/postings","hang":true,"times":2}`,
	} {
		t.Run(key, func(t *testing.T) {
			p.fault(t, document)
			calls := persist(t, func() error { return p.Billing.Post(t.Context(), strings.ReplaceAll(key, " ", "-"), posting) })
			require.Equal(t, 3, calls)
		})
	}
	var listed struct {
		Total int `json:"total"`
	}
	response := p.control(t, http.MethodGet, "/billing/v1/postings?book=main", "")
	require.NoError(t, json.NewDecoder(response.Body).Decode(&listed))
	require.Equal(t, 3, listed.Total, "one row per key, however often it was sent")

	t.Run("the same key with another amount is refused", func(t *testing.T) {
		require.NoError(t, p.Billing.Post(t.Context(), "fixed", posting))
		posting.Lines[0].Amount = money.Posted{Decimal: decimal.RequireFromString("12.35")}
		err := p.Billing.Post(t.Context(), "fixed", posting)
		require.True(t, fault.Is(err, fault.IdempotencyMismatch), "%v", err)
	})
}

func testBreakerOverHTTP(t *testing.T, database string) {
	p := start(t, database, func(o *serviceclient.Options) {
		o.Timeout = 60 * time.Millisecond
		o.Breaker = serviceclient.BreakerSettings{Failures: 3, OpenFor: 200 * time.Millisecond}
	})
	p.fault(t, `{"route":"GET /tenants/*","hang":true,"times":3}`)
	for range 3 {
		_, err := p.Tenants.Tenants(t.Context())
		var called *serviceclient.Error
		require.ErrorAs(t, err, &called)
		require.True(t, called.Retryable)
	}
	began := time.Now()
	_, err := p.Tenants.Tenants(t.Context())
	var coded *fault.Error
	require.ErrorAs(t, err, &coded)
	require.Equal(t, fault.Unavailable, coded.Code)
	require.Positive(t, coded.RetryAfter)
	require.Less(t, time.Since(began), 50*time.Millisecond, "an open breaker answers at once")

	persist(t, func() error {
		_, err := p.Tenants.Tenants(t.Context())
		return err
	})
}
