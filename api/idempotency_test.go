package api_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	sharedPath = "/v1/allocations/shared"
	sharedBody = `{"amount":"10","currency":"USD","category":"shared","period":"2025-09","strategy":"equal"}`
)

func TestIdempotency(t *testing.T) {
	s := newStage(t)
	rules := `{"version":1,"pools":[{"id":"logging","strategy":"equal"}]}`
	first := s.post(t, "/v1/allocation-rules", "operator", rules, http.StatusCreated, "Idempotency-Key", "k1")

	t.Run("the same request again gives the same answer, byte for byte", func(t *testing.T) {
		again := s.post(t, "/v1/allocation-rules", "operator", rules, http.StatusCreated, "Idempotency-Key", "k1")
		require.Equal(t, first.body, again.body)
		require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
		require.Equal(t, first.header.Get("Content-Type"), again.header.Get("Content-Type"))
		require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
		require.NotEqual(t, first.header.Get("X-Correlation-ID"), again.header.Get("X-Correlation-ID"))
	})
	t.Run("without the key it is another request", func(t *testing.T) {
		s.post(t, "/v1/allocation-rules", "operator", rules, http.StatusConflict)
	})
	t.Run("another body, route or caller is refused", func(t *testing.T) {
		other := `{"version":1,"pools":[{"id":"metrics","strategy":"equal"}]}`
		s.post(t, "/v1/allocation-rules", "operator", other, http.StatusUnprocessableEntity, "Idempotency-Key", "k1")
		s.post(t, septemberPath+"/close", "operator", "", http.StatusUnprocessableEntity, "Idempotency-Key", "k1")
		s.post(t, sharedPath, "auditor", sharedBody, http.StatusUnprocessableEntity, "Idempotency-Key", "k1")
	})
	t.Run("a refusal is an answer too", func(t *testing.T) {
		refused := s.post(t, "/v1/allocation-rules", "operator", rules, http.StatusConflict, "Idempotency-Key", "k2")
		again := s.post(t, "/v1/allocation-rules", "operator", rules, http.StatusConflict, "Idempotency-Key", "k2")
		require.Equal(t, refused.body, again.body)
	})
	t.Run("while the first copy is worked on others wait", func(t *testing.T) {
		_, err := s.pool.Exec(t.Context(), "UPDATE idempotency_keys SET status = 'in_flight', response_status = NULL, claimed_at = now() WHERE idempotency_key = 'k1'")
		require.NoError(t, err)
		waiting := s.post(t, "/v1/allocation-rules", "operator", rules, http.StatusConflict, "Idempotency-Key", "k1")
		require.EqualValues(t, "in_flight", waiting.problem(t).Code)
		require.NotEmpty(t, waiting.header.Get("Retry-After"))
	})
	t.Run("many copies at once have one effect", func(t *testing.T) {
		var group sync.WaitGroup
		statuses := make([]int, 8)
		for i := range statuses {
			group.Go(func() {
				statuses[i] = s.do(t, request{
					method: "POST", path: "/v1/allocation-rules", as: "operator", headers: []string{"Idempotency-Key", "k3"},
					body: `{"version":1,"pools":[{"id":"tracing","strategy":"equal"}]}`,
				}).status
			})
		}
		group.Wait()
		var rules int
		require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT count(*) FROM allocation_rules WHERE pool_id = 'tracing'").Scan(&rules))
		require.Equal(t, 1, rules)
		for _, status := range statuses {
			require.Contains(t, []int{http.StatusCreated, http.StatusConflict}, status)
		}
	})
	t.Run("what could not be done may be tried again under the same key", func(t *testing.T) {
		s.post(t, sharedPath, "operator", sharedBody, http.StatusBadRequest, "Idempotency-Key", "k4")
		var kept int
		require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT count(*) FROM idempotency_keys WHERE idempotency_key = 'k4'").Scan(&kept))
		require.Equal(t, 1, kept, "bad input stays bad")
	})
}
