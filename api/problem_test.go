package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestProblems compares whole problem documents with testdata/problems.
func TestProblems(t *testing.T) {
	s := newStage(t)
	for name, asked := range map[string]request{
		"no-route":             {method: "GET", path: "/v1/nothing", as: "operator"},
		"no-method":            {method: "PUT", path: "/v1/allocation-rules", as: "operator"},
		"no-token":             {method: "GET", path: "/v1/books/main/periods"},
		"no-role":              {method: "POST", path: "/v1/books/main/periods/2025-09/close", as: "auditor"},
		"no-book":              {method: "GET", path: "/v1/books/other/periods", as: "operator"},
		"no-rule":              {method: "GET", path: "/v1/allocation-rules/none", as: "operator"},
		"no-job":               {method: "GET", path: "/v1/jobs/period-close:main:2025-09:7", as: "operator"},
		"no-workflow":          {method: "GET", path: "/v1/jobs/model-training%3Aacme", as: "operator"},
		"no-schedule":          {method: "POST", path: "/v1/schedules/other/trigger", as: "operator"},
		"no-import":            {method: "GET", path: "/v1/imports/none", as: "operator"},
		"no-tenant":            {method: "GET", path: "/v1/tenants/nobody/allocations?from=2025-09", as: "operator"},
		"no-body":              {method: "POST", path: "/v1/allocations/shared", as: "operator"},
		"no-json":              {method: "POST", path: "/v1/allocations/shared", as: "operator", body: "{"},
		"bad-period":           {method: "GET", path: "/v1/books/main/periods/2025-13", as: "operator"},
		"bad-limit":            {method: "GET", path: "/v1/books/main/periods?limit=0", as: "operator"},
		"bad-key":              {method: "POST", path: "/v1/books/main/periods/2025-09/close", as: "operator", headers: []string{"Idempotency-Key", "a b"}},
		"content-type":         {method: "POST", path: "/v1/allocations/shared", as: "operator", body: "amount=1", headers: []string{"Content-Type", "application/x-www-form-urlencoded"}},
		"unknown-field":        {method: "POST", path: "/v1/allocations/shared", as: "operator", body: `{"amount":"1","currency":"USD","category":"shared","period":"2025-09","shares":{}}`},
		"several-fields":       {method: "POST", path: "/v1/allocations/shared", as: "operator", body: `{"amount":"1e9","currency":"usd","category":"compute","period":"2025-09","weights":{"a/b":"x"}}`},
		"money-as-number":      {method: "POST", path: "/v1/allocations/shared", as: "operator", body: `{"amount":1.1,"currency":"USD","category":"shared","period":"2025-09"}`},
		"unknown-currency":     {method: "POST", path: "/v1/allocations/shared", as: "operator", body: `{"amount":"1","currency":"XXQ","category":"shared","period":"2025-09"}`},
		"no-decision-yet":      {method: "POST", path: "/v1/books/main/periods/2025-09/decisions", as: "finance_approver", body: `{"decision":"approve"}`, headers: []string{"If-Match", "abc"}},
		"no-hash":              {method: "POST", path: "/v1/books/main/periods/2025-09/decisions", as: "finance_approver", body: `{"decision":"approve"}`},
		"too-large":            {method: "POST", path: "/v1/allocation-rules", as: "operator", body: `{"version":1,"pools":[` + strings.Repeat(" ", 1<<20) + `]}`},
		"rules-out-of-order":   {method: "POST", path: "/v1/allocation-rules", as: "operator", body: `{"version":1,"pools":[{"id":"a","strategy":"proportional","weight_by_category":{"compute":0.7,"storage":0.2}}]}`},
		"rule-unknown-field":   {method: "POST", path: "/v1/allocation-rules", as: "operator", body: `{"version":1,"pools":[{"id":"a","strategy":"equal","stratgy":"equal"}]}`},
		"rule-without-a-pool":  {method: "POST", path: "/v1/allocation-rules", as: "operator", body: `{"version":1,"mapping":[{"pool":"nowhere"}]}`},
		"rules-yaml":           {method: "POST", path: "/v1/allocation-rules", as: "operator", body: "version: 1\npools:\n  - id: a\n    strategy: best\n", headers: []string{"Content-Type", "application/yaml"}},
		"import-without-kind":  {method: "POST", path: "/v1/imports", as: "operator", body: "a,b\n", headers: []string{"Content-Type", "text/csv"}},
		"import-of-wrong-file": {method: "POST", path: "/v1/imports?kind=tenants&name=t.csv", as: "operator", body: "id\nx\n", headers: []string{"Content-Type", "text/csv"}},
		"import-content-type":  {method: "POST", path: "/v1/imports?kind=tenants", as: "operator", body: "{}", headers: []string{"Content-Type", "text/plain"}},
		"import-unknown-field": {method: "POST", path: "/v1/imports?kind=tenants&apend=true", as: "operator", body: "tenant_id\n", headers: []string{"Content-Type", "text/csv"}},
		"unknown-parameter":    {method: "GET", path: "/v1/books/main/periods?limit=1&crsor=x", as: "operator"},
		"parameter-twice":      {method: "GET", path: "/v1/books/main/periods?limit=1&limit=2", as: "operator"},
		"name-twice":           {method: "POST", path: "/v1/allocations/shared", as: "operator", body: `{"amount":"7","amount":"8","currency":"USD","category":"shared","period":"2025-09"}`},
		"two-values":           {method: "POST", path: "/v1/allocations/shared", as: "operator", body: `{"amount":"7","currency":"USD","category":"shared","period":"2025-09"}{}`},
		"backfill-backwards":   {method: "POST", path: "/v1/schedules/period-close:main/backfill", as: "operator", body: `{"from":"2026-02-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}`},
	} {
		t.Run(name, func(t *testing.T) {
			asked.headers = append(asked.headers, "X-Correlation-ID", "golden")
			checkGolden(t, name, s.do(t, asked))
		})
	}
}

func checkGolden(t *testing.T, name string, got answer) {
	t.Helper()
	got.problem(t)
	var indented bytes.Buffer
	require.NoError(t, json.Indent(&indented, []byte(got.body), "", "  "))
	indented.WriteByte('\n')
	path := filepath.Join("testdata", "problems", name+".json")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, indented.Bytes(), 0o644))
	}
	wanted, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(wanted), indented.String())
}

func TestDefects(t *testing.T) {
	s := newStage(t, func(dependencies *api.Dependencies, _ *api.Options) {
		dependencies.Authenticator = brokenAuthenticator{}
	})
	got := s.get(t, "/v1/books/main/periods", "operator", http.StatusInternalServerError)
	problem := got.problem(t)
	require.EqualValues(t, "internal", problem.Code)
	require.NotContains(t, got.body, "secrets", "what went wrong is for the log alone")
	require.Contains(t, problem.Detail, problem.CorrelationID)
}

func TestCorrelationID(t *testing.T) {
	s := newStage(t)
	ask := func(id string) string {
		got := s.expect(t, request{method: "GET", path: "/healthz", headers: []string{"X-Correlation-ID", id}}, http.StatusOK)
		return got.header.Get("X-Correlation-ID")
	}
	t.Run("the caller's is taken over", func(t *testing.T) { require.Equal(t, "req-7", ask("req-7")) })
	t.Run("where there is none one is made", func(t *testing.T) { require.Len(t, ask(""), 36) })
	t.Run("one that could not travel is replaced", func(t *testing.T) {
		require.Len(t, ask("a b"), 36)
		require.Len(t, ask(strings.Repeat("x", 129)), 36)
	})
}

func TestRateLimit(t *testing.T) {
	s := newStage(t, func(_ *api.Dependencies, options *api.Options) {
		options.RateLimit = api.RateLimit{PerSecond: 0.01, Burst: 2}
	})
	for range 2 {
		s.get(t, "/v1/books/main/periods", "auditor", http.StatusOK)
	}
	refused := s.get(t, "/v1/books/main/periods", "auditor", http.StatusTooManyRequests)
	require.True(t, refused.problem(t).Retryable)
	require.NotEmpty(t, refused.header.Get("Retry-After"))
	s.get(t, "/v1/books/main/periods", "operator", http.StatusOK)

	t.Run("requests that prove nothing share the allowance of their address, wherever they go", func(t *testing.T) {
		forged := []string{"Authorization", "Bearer " + s.tokens["operator"] + "x"}
		try := func(method, path string, status int) answer {
			return s.expect(t, request{method: method, path: path, headers: forged}, status)
		}
		try(http.MethodGet, "/v1/books/main/periods", http.StatusUnauthorized)
		try(http.MethodGet, "/v1/allocation-rules", http.StatusUnauthorized)
		refused := try(http.MethodGet, "/v1/books/main/periods", http.StatusTooManyRequests)
		require.NotEmpty(t, refused.header.Get("Retry-After"))
		require.Equal(t, http.StatusTooManyRequests, s.do(t, request{method: http.MethodPost, path: "/codec/decode", headers: forged}).status)
		s.get(t, "/v1/books/main/periods", "finance_approver", http.StatusOK)
	})
}
