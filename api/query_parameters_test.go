package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUnknownQueryParameters asks every operation there is, as one who may.
func TestUnknownQueryParameters(t *testing.T) {
	s := newStage(t)
	callerOf := map[string]string{"": ""}
	for caller, role := range callers {
		callerOf[role] = caller
	}
	for operation, roles := range allowed {
		t.Run(operation, func(t *testing.T) {
			method, template, _ := strings.Cut(operation, " ")
			role, _, _ := strings.Cut(roles, " ")
			got := s.expect(t, request{
				method: method, path: sampleValues.Replace(template) + "?no_such=1", as: callerOf[role],
				headers: []string{"Content-Type", "application/json"},
			}, http.StatusBadRequest)
			problem := got.problem(t)
			require.Contains(t, problem.Detail, "no_such")
			require.Equal(t, "query no_such", problem.Errors[0].Parameter)
		})
	}
	t.Run("a query that cannot be read is refused as well", func(t *testing.T) {
		s.get(t, "/v1/books/main/periods?limit=%zz", "operator", http.StatusBadRequest)
		s.get(t, "/v1/books/main/periods?limit=1;cursor=x", "operator", http.StatusBadRequest)
	})
}
