package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKill closes a month twice: in one stack undisturbed, in another with kill -9 of every process
// at every stage. Nobody may be able to tell the results apart.
func TestKill(t *testing.T) {
	calm := startStack(t)
	calm.startClose(t, firstMonth)
	want := calm.await(t, firstMonth, "awaiting_approval")
	calm.approve(t, firstMonth, want.ResultHash)
	calm.await(t, firstMonth, "closed")
	rows := calm.ledgerRows(t)
	require.Equal(t, 0, calm.stop(t, os.Interrupt))

	disturbances := map[string]func(*testing.T, *stack){
		"omnicloud dev": func(t *testing.T, s *stack) { s.kill(); s.start(t) },
		"everything at once": func(t *testing.T, s *stack) {
			s.kill()
			s.killChildren()
			s.start(t)
		},
	}
	for _, role := range roles {
		disturbances[role] = func(t *testing.T, s *stack) { s.killRole(t, role) }
	}
	for name, disturb := range disturbances {
		t.Run(fmt.Sprintf("kill -9 of %s changes nothing", name), func(t *testing.T) {
			t.Parallel() // most of it is waiting for timeouts to find out who died
			s := startStack(t)
			// Slow pages keep the close in its middle until the disturbance is over.
			s.slowDown(t, 400)
			s.startClose(t, firstMonth)
			s.await(t, firstMonth, "closing")
			disturb(t, s)
			s.heal(t)
			awaiting := s.await(t, firstMonth, "awaiting_approval")
			assert.Equal(t, want.ResultHash, awaiting.ResultHash)
			disturb(t, s)
			s.approve(t, firstMonth, awaiting.ResultHash)
			disturb(t, s)
			closed := s.await(t, firstMonth, "closed")
			assert.Equal(t, want.ResultHash, closed.ResultHash)
			assert.Equal(t, 1, closed.Revision)
			assert.Equal(t, rows, s.ledgerRows(t), "rows of the ledger")
			assert.Equal(t, s.billed(t, firstMonth).String(), s.allocated(t, firstMonth).String())
			s.assertPostedOnce(t, firstMonth)
		})
	}
}

// ledgerRows counts what a close has stored, unsealed leftovers of attempts included.
func (s *stack) ledgerRows(t *testing.T) string {
	t.Helper()
	return s.query(t, `select count(distinct tx_id)::text || ' transactions, ' || count(*)::text || ' entries, ' ||
		count(distinct (stage, pool, currency, account))::text || ' of them distinct'
		from omnicloud.ledger_transactions join omnicloud.ledger_entries using (tx_id) where sealed`)
}

// slowDown holds up every answer of the services by some milliseconds.
func (s *stack) slowDown(t *testing.T, milliseconds int) {
	t.Helper()
	s.fault(t, http.MethodPut, fmt.Sprintf(`{"route":"*","latency_ms":%d}`, milliseconds))
}

// heal switches all faults off, as a restart of the sandbox does by itself.
func (s *stack) heal(t *testing.T) {
	t.Helper()
	s.fault(t, http.MethodDelete, "")
}

func (s *stack) fault(t *testing.T, method, body string) {
	t.Helper()
	poll(t, func() (bool, string) {
		call, err := http.NewRequest(method, s.Endpoints.Sandbox+"/sandbox/v1/faults", bytes.NewBufferString(body))
		require.NoError(t, err)
		call.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(call)
		if err != nil {
			return false, err.Error()
		}
		defer response.Body.Close()
		return response.StatusCode < http.StatusMultipleChoices, response.Status
	})
}
