package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

func TestDocument(t *testing.T) {
	s := newStage(t)
	got := s.get(t, "/v1/openapi.json", "", http.StatusOK)
	document, err := openapi3.NewLoader().LoadFromData([]byte(got.body))
	require.NoError(t, err)

	t.Run("it is a valid OpenAPI 3.1 document", func(t *testing.T) {
		require.True(t, strings.HasPrefix(document.OpenAPI, "3.1"))
		require.NoError(t, document.Validate(t.Context()))
	})

	t.Run("it holds nothing that only the generator reads", func(t *testing.T) {
		require.NotContains(t, got.body, `"x-go-`)
	})

	t.Run("every operation is routed", func(t *testing.T) {
		for path, item := range document.Paths.Map() {
			for method := range item.Operations() {
				answered := s.do(t, request{method: method, path: strings.NewReplacer("{", "", "}", "").Replace(path)})
				require.NotContains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, answered.status, "%s %s", method, path)
			}
		}
	})

	t.Run("every operation has a summary, and problems beside its answers", func(t *testing.T) {
		for path, item := range document.Paths.Map() {
			for method, operation := range item.Operations() {
				require.NotEmpty(t, operation.Summary, "%s %s", method, path)
				if operation.Security == nil {
					require.NotNil(t, operation.Responses.Default(), "%s %s", method, path)
				}
			}
		}
	})
}

func TestHealth(t *testing.T) {
	s := newStage(t)
	s.get(t, "/healthz", "", http.StatusOK)
	s.get(t, "/readyz", "", http.StatusOK)
	s.get(t, "/v1/books/main/periods", "auditor", http.StatusOK)
	metrics := s.get(t, "/metrics", "", http.StatusOK)
	require.Contains(t, metrics.body, `route="/v1/books/:book/periods"`)

	request, err := http.NewRequestWithContext(t.Context(), "INVENTED", s.url+"/v1/books/main/periods", http.NoBody)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	metrics = s.get(t, "/metrics", "", http.StatusOK)
	require.Contains(t, metrics.body, `method="other"`)
	require.NotContains(t, metrics.body, "INVENTED", "a stranger's word makes no series")
}
