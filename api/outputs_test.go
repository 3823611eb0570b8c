package api_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/statement"
)

func init() {
	for _, contentType := range []string{"application/vnd.apache.parquet", "text/html", "image/svg+xml"} {
		openapi3filter.RegisterBodyDecoder(contentType, openapi3filter.FileBodyDecoder)
	}
}

const statementPath = septemberPath + "/statements/"

func TestStatements(t *testing.T) {
	s := newStage(t)
	ref, hash := s.await(t, september, "operator", "system")
	t.Run("there are none before the month is published", func(t *testing.T) {
		for _, path := range []string{"/statements/acme", "/journal.csv", "/focus.csv", "/focus.parquet"} {
			s.get(t, septemberPath+path, "auditor", http.StatusNotFound)
		}
	})
	s.publish(t, ref, hash)

	t.Run("a tenant gets its own, as JSON by default", func(t *testing.T) {
		for _, as := range []string{"tenant:acme", "finance_approver"} {
			made := decode[statement.Statement](t, s.get(t, statementPath+"acme", as, http.StatusOK))
			require.Equal(t, "main/2025-09/1", made.Reference)
			require.Equal(t, hash, made.ResultHash)
			require.Equal(t, "13.504", made.Sections[0].Total.Amount.String())
			require.Equal(t, "13.50", made.Sections[0].Total.Posted.String())
			require.Equal(t, "In equal parts among all tenants, by the time that each existed in the month.", made.Sections[0].Shared[0].Rule)
		}
	})
	t.Run("a foreign tenant answers like a missing one", func(t *testing.T) {
		ask := func(tenant string) string {
			got := s.expect(t, request{
				method: http.MethodGet, path: statementPath + tenant, as: "tenant:acme", headers: []string{"X-Correlation-ID", "same"},
			}, http.StatusNotFound)
			return strings.ReplaceAll(got.body, tenant, "X")
		}
		require.Equal(t, ask("nobody"), ask("globex"))
		s.get(t, statementPath+"nobody", "auditor", http.StatusNotFound)
	})
	t.Run("the format goes by name, and else by what is accepted", func(t *testing.T) {
		for accept, want := range map[string]string{
			"": "application/json", "text/csv": "text/csv", "text/html,application/xhtml+xml,*/*;q=0.8": "text/html", "*/*": "application/json",
		} {
			got := s.expect(t, request{method: http.MethodGet, path: statementPath + "acme", as: "auditor", headers: []string{"Accept", accept}}, http.StatusOK)
			require.True(t, strings.HasPrefix(got.header.Get("Content-Type"), want), "%s gave %s", accept, got.header.Get("Content-Type"))
		}
		page := s.get(t, statementPath+"acme?format=html", "tenant:acme", http.StatusOK)
		require.Contains(t, page.body, "Cloud cost statement")
		require.Contains(t, page.header.Get("Content-Security-Policy"), "style-src 'sha256-")
		file := s.get(t, statementPath+"acme?format=csv", "tenant:acme", http.StatusOK)
		require.Equal(t, `attachment; filename="statement-main-2025-09-1-acme.csv"`, file.header.Get("Content-Disposition"))
		s.get(t, statementPath+"acme?format=pdf", "auditor", http.StatusBadRequest)
	})
	t.Run("tenants get no journal and no export", func(t *testing.T) {
		for _, path := range []string{"/journal.csv", "/focus.csv", "/focus.parquet"} {
			s.get(t, septemberPath+path, "tenant:acme", http.StatusForbidden)
			s.get(t, septemberPath+path+"?revision=2", "auditor", http.StatusNotFound)
		}
	})
}

// outputs holds statements, journal, FOCUS rows and postings of a month that was really closed
// against each other.
func (s *stage) outputs(t *testing.T) {
	shown := decode[closing.Status](t, s.get(t, septemberPath, "auditor", http.StatusOK))
	billed := shown.Totals[0].Billed
	posted := s.postedToBilling(t)
	sum := decimal.Zero
	for _, amount := range posted {
		sum = sum.Add(amount)
	}
	require.Equal(t, billed.String(), sum.String(), "what is posted is what is billed")

	journal, balance := map[string]decimal.Decimal{}, decimal.Zero
	for _, row := range s.table(t, septemberPath+"/journal.csv") {
		amount := amountOf(row["debit"]).Sub(amountOf(row["credit"]))
		balance = balance.Add(amount)
		if row["account"] != "" {
			journal[row["account"]] = amount
		}
	}
	require.True(t, balance.IsZero(), "the journal is off by %s", balance)

	rows, exact := s.table(t, septemberPath+"/focus.csv"), map[string]decimal.Decimal{}
	whole := decimal.Zero
	for _, row := range rows {
		exact[row["SubAccountId"]] = exact[row["SubAccountId"]].Add(amountOf(row["BilledCost"]))
		whole = whole.Add(amountOf(row["BilledCost"]))
	}
	require.Equal(t, billed.String(), whole.String(), "FOCUS rows sum to the bill")

	stated := 0
	for account, amount := range posted {
		require.Equal(t, amount.String(), journal[account].String(), account)
		if strings.HasPrefix(account, "@") {
			continue
		}
		stated++
		made := decode[statement.Statement](t, s.get(t, statementPath+account, "auditor", http.StatusOK))
		require.Equal(t, amount.String(), made.Sections[0].Total.Posted.Decimal.String(), account)
		require.Equal(t, exact[account].String(), made.Sections[0].Total.Amount.String(), account)
	}
	require.Greater(t, stated, 20)

	file := s.get(t, septemberPath+"/focus.parquet", "auditor", http.StatusOK).body
	opened, err := parquet.OpenFile(bytes.NewReader([]byte(file)), int64(len(file)))
	require.NoError(t, err)
	require.EqualValues(t, len(rows), opened.NumRows())
}

// postedToBilling reads what was sent to billing, by account.
func (s *stage) postedToBilling(t *testing.T) map[string]decimal.Decimal {
	t.Helper()
	sent, err := s.pool.Query(t.Context(), `SELECT payload FROM outbox WHERE topic = 'billing.posting' AND group_key = $1 AND delivered_at IS NOT NULL`,
		closing.PostingGroup("main", september, 1))
	require.NoError(t, err)
	defer sent.Close()
	posted := map[string]decimal.Decimal{}
	for sent.Next() {
		var payload []byte
		require.NoError(t, sent.Scan(&payload))
		var page closing.Posting
		require.NoError(t, json.Unmarshal(payload, &page))
		for _, line := range page.Lines {
			posted[line.Account] = line.Amount.Decimal
		}
	}
	require.NoError(t, sent.Err())
	return posted
}

// table reads a CSV file with a header.
func (s *stage) table(t *testing.T, path string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(s.get(t, path, "auditor", http.StatusOK).body)).ReadAll()
	require.NoError(t, err)
	rows := make([]map[string]string, 0, len(records))
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func amountOf(text string) decimal.Decimal {
	if text == "" {
		return decimal.Zero
	}
	return money(text)
}
