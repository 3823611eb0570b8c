package e2e

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// firstMonth is the oldest month of the sample; months close in order.
const firstMonth = "2025-09"

func TestClose(t *testing.T) {
	s := startStack(t)

	t.Run("the sample's months are open", func(t *testing.T) {
		var page struct {
			Items []periodStatus `json:"items"`
		}
		body := s.must(t, http.StatusOK, request{as: "operator", method: http.MethodGet, path: "/v1/books/main/periods"})
		require.NoError(t, json.Unmarshal(body, &page))
		require.GreaterOrEqual(t, len(page.Items), 13)
		for _, month := range page.Items {
			assert.Equal(t, "open", month.State, month.Period)
		}
		assert.Equal(t, firstMonth, page.Items[len(page.Items)-1].Period)
	})

	t.Run("a later month waits for the one before", func(t *testing.T) {
		early := closeRequest("2025-10")
		early.key = "early"
		body := s.must(t, http.StatusConflict, early)
		assert.Contains(t, string(body), firstMonth)
	})

	s.startClose(t, firstMonth)
	awaiting := s.await(t, firstMonth, "awaiting_approval")

	t.Run("nobody approves their own close, a foreign result or without naming it", func(t *testing.T) {
		unmatched := approval(firstMonth, awaiting.ResultHash)
		unmatched.match, unmatched.key = "", "unmatched"
		s.must(t, http.StatusPreconditionRequired, unmatched)
		stale := approval(firstMonth, strings.Repeat("0", 64))
		stale.key = "stale"
		s.must(t, http.StatusPreconditionFailed, stale)
		operator := approval(firstMonth, awaiting.ResultHash)
		operator.as, operator.key = "operator", "operator"
		s.must(t, http.StatusForbidden, operator)
	})

	s.approve(t, firstMonth, awaiting.ResultHash)
	closed := s.await(t, firstMonth, "closed")

	t.Run("what was approved is what is closed", func(t *testing.T) {
		assert.Equal(t, awaiting.ResultHash, closed.ResultHash)
		assert.Equal(t, 1, closed.Revision)
	})

	t.Run("tenants and accounts together are the bill, in HTTP as in the database", func(t *testing.T) {
		bill := s.billed(t, firstMonth)
		require.Len(t, closed.Totals, 1)
		total := closed.Totals[0].Tenants
		for _, amount := range closed.Totals[0].Accounts {
			total = total.Add(amount)
		}
		assert.Equal(t, bill.String(), total.String(), "totals")
		assert.Equal(t, bill.String(), s.allocated(t, firstMonth).String(), "allocations.csv")
		stored := s.query(t, `select trim_scale(sum(e.amount))::text from omnicloud.ledger_entries e
			join omnicloud.ledger_transactions x using (tx_id)
			where x.book = 'main' and x.period = $1 and x.sealed and e.account not like 'pool:%'`, firstMonth)
		assert.Equal(t, bill.String(), stored, "ledger")
	})

	t.Run("a tenant sees its own cells alone", func(t *testing.T) {
		for name := range s.Tokens {
			tenant, isTenant := strings.CutPrefix(name, "tenant:")
			if !isTenant {
				continue
			}
			for _, cell := range s.cells(t, name, firstMonth) {
				assert.Equal(t, tenant, cell["tenant_id"])
			}
		}
	})

	t.Run("closing it again starts nothing", func(t *testing.T) {
		again := closeRequest(firstMonth)
		again.key = "again"
		var status periodStatus
		require.NoError(t, json.Unmarshal(s.must(t, http.StatusOK, again), &status))
		assert.Equal(t, 1, status.Attempt)
		assert.Equal(t, "closed", status.State)
	})

	t.Run("billing received every posting once", func(t *testing.T) { s.assertPostedOnce(t, firstMonth) })

	t.Run("the month after may close now", func(t *testing.T) {
		s.startClose(t, "2025-10")
		s.await(t, "2025-10", "awaiting_approval")
	})
}

// billed is what billing's control totals of a month sum to.
func (s *stack) billed(t *testing.T, month string) decimal.Decimal {
	t.Helper()
	var page struct {
		ControlTotals []struct {
			BilledCost decimal.Decimal `json:"billed_cost"`
		} `json:"control_totals"`
	}
	s.sandbox(t, "/billing/v1/control-totals?period="+month, &page)
	require.NotEmpty(t, page.ControlTotals)
	var sum decimal.Decimal
	for _, total := range page.ControlTotals {
		sum = sum.Add(total.BilledCost)
	}
	return sum
}

// sandbox reads one page of a stand-in service.
func (s *stack) sandbox(t *testing.T, path string, target any) {
	t.Helper()
	response, err := http.Get(s.Endpoints.Sandbox + path)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s", path, body)
	require.NoError(t, json.Unmarshal(body, target))
}

// cells reads allocations.csv as somebody, a map of column to value per row.
func (s *stack) cells(t *testing.T, as, month string) []map[string]string {
	t.Helper()
	body := s.must(t, http.StatusOK, request{
		as: as, method: http.MethodGet, path: "/v1/books/main/periods/" + month + "/allocations.csv",
	})
	rows, err := csv.NewReader(strings.NewReader(string(body))).ReadAll()
	require.NoError(t, err)
	require.NotEmpty(t, rows)
	cells := make([]map[string]string, 0, len(rows)-1)
	for _, row := range rows[1:] {
		cell := map[string]string{}
		for i, column := range rows[0] {
			cell[column] = row[i]
		}
		cells = append(cells, cell)
	}
	return cells
}

// allocated is what the amounts of allocations.csv sum to.
func (s *stack) allocated(t *testing.T, month string) decimal.Decimal {
	t.Helper()
	var sum decimal.Decimal
	for _, cell := range s.cells(t, "auditor", month) {
		amount, err := decimal.NewFromString(cell["amount"])
		require.NoError(t, err)
		sum = sum.Add(amount)
	}
	return sum
}

// assertPostedOnce checks that billing holds as many postings as the outbox sent, none of them twice.
func (s *stack) assertPostedOnce(t *testing.T, month string) {
	t.Helper()
	var page struct {
		Postings []json.RawMessage `json:"postings"`
	}
	s.sandbox(t, "/billing/v1/postings?book=main&limit=1000&period="+month, &page)
	require.NotEmpty(t, page.Postings)
	seen := map[string]bool{}
	for _, posting := range page.Postings {
		assert.False(t, seen[string(posting)], "posted twice: %s", posting)
		seen[string(posting)] = true
	}
}
