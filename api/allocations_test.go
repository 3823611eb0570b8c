package api_test

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

const cellsPath = septemberPath + "/allocations"

// cells lists what a caller sees, as "pool account amount".
func (s *stage) cells(t *testing.T, path, as string) []string {
	t.Helper()
	var seen []string
	for _, cell := range decode[api.CellPage](t, s.get(t, path, as, http.StatusOK)).Items {
		seen = append(seen, cell.PoolID+" "+cell.TenantID+" "+cell.Amount.String())
	}
	return seen
}

func TestAllocations(t *testing.T) {
	s := newStage(t)
	all := []string{
		"direct:compute @unallocated 0.001", "direct:compute acme 10.004",
		"logging-2025-09 acme 3.5", "logging-2025-09 globex 3.5",
	}
	t.Run("before a close there are none", func(t *testing.T) {
		require.Empty(t, s.cells(t, cellsPath, "auditor"))
	})
	ref, hash := s.await(t, september, "operator", "system")

	t.Run("approvers see what they are asked about, tenants do not", func(t *testing.T) {
		require.Equal(t, all, s.cells(t, cellsPath, "finance_approver"))
		require.Empty(t, s.cells(t, cellsPath, "tenant:acme"))
	})
	s.publish(t, ref, hash)

	t.Run("filters narrow", func(t *testing.T) {
		require.Equal(t, all[2:], s.cells(t, cellsPath+"?pool=logging-2025-09", "auditor"))
		require.Equal(t, all[1:3], s.cells(t, cellsPath+"?tenant=acme", "auditor"))
		require.Equal(t, all[:1], s.cells(t, cellsPath+"?tenant=@unallocated", "auditor"))
		require.Equal(t, all, s.cells(t, cellsPath+"?revision=1", "auditor"))
	})
	t.Run("a revision that is not there is not found", func(t *testing.T) {
		s.get(t, cellsPath+"?revision=2", "auditor", http.StatusNotFound)
		s.get(t, cellsPath+"?revision=2", "tenant:acme", http.StatusNotFound)
	})
	t.Run("a tenant sees its own cells whatever it asks for", func(t *testing.T) {
		require.Equal(t, all[1:3], s.cells(t, cellsPath, "tenant:acme"))
		require.Equal(t, all[3:], s.cells(t, cellsPath, "tenant:globex"))
		missing := s.get(t, cellsPath+"?tenant=nobody", "tenant:acme", http.StatusOK)
		for _, other := range []string{"globex", "@unallocated", "pool:logging-2025-09"} {
			foreign := s.get(t, cellsPath+"?tenant="+other, "tenant:acme", http.StatusOK)
			require.Equal(t, missing.body, foreign.body)
		}
	})
	t.Run("pages hold every cell once", func(t *testing.T) {
		var seen []string
		cursor := ""
		for {
			path := cellsPath + "?limit=1&cursor=" + cursor
			seen = append(seen, s.cells(t, path, "auditor")...)
			if cursor = decode[api.CellPage](t, s.get(t, path, "auditor", http.StatusOK)).NextCursor; cursor == "" {
				break
			}
		}
		require.Equal(t, all, seen)
	})
	t.Run("the CSV holds the same cells", func(t *testing.T) {
		got := s.get(t, cellsPath+".csv", "auditor", http.StatusOK)
		require.Equal(t, `attachment; filename="allocations-main-2025-09.csv"`, got.header.Get("Content-Disposition"))
		rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, []string{"book", "period", "revision", "stage", "pool_id", "tenant_id", "currency", "amount"}, rows[0])
		var seen []string
		for _, row := range rows[1:] {
			seen = append(seen, row[4]+" "+row[5]+" "+row[7])
		}
		require.Equal(t, all, seen)
		require.NotContains(t, s.get(t, cellsPath+".csv", "tenant:globex", http.StatusOK).body, "acme")
	})
}

func TestTenantAllocations(t *testing.T) {
	s := newStage(t)
	s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nacme,free\nglobex,free\n", http.StatusCreated, "Content-Type", "text/csv")
	ref, hash := s.await(t, september, "operator", "system")
	path := "/v1/tenants/acme/allocations?from=2025-09&to=2025-10"

	t.Run("nothing counts before it is published", func(t *testing.T) {
		require.Empty(t, decode[api.TenantAllocations](t, s.get(t, path, "tenant:acme", http.StatusOK)).Items)
	})
	s.publish(t, ref, hash)

	t.Run("amounts are summed by category and by pool", func(t *testing.T) {
		for _, as := range []string{"tenant:acme", "auditor"} {
			items := decode[api.TenantAllocations](t, s.get(t, path, as, http.StatusOK)).Items
			require.Len(t, items, 1)
			require.Equal(t, "13.504", items[0].TotalAllocated.String())
			require.Equal(t, "10.004", items[0].Breakdown["compute"].String())
			require.Equal(t, "3.5", items[0].Breakdown["support"].String(), "the category of the pool's rule")
			require.Equal(t, "3.5", items[0].Pools["logging-2025-09"].String())
			require.Equal(t, "lrm-1", items[0].AllocationMetadata["allocation_version"])
		}
	})
	t.Run("a foreign tenant answers like a missing one", func(t *testing.T) {
		ask := func(tenant string) string {
			got := s.expect(t, request{
				method: "GET", path: "/v1/tenants/" + tenant + "/allocations?from=2025-09", as: "tenant:acme",
				headers: []string{"X-Correlation-ID", "same"},
			}, http.StatusNotFound)
			return strings.ReplaceAll(got.body, tenant, "X")
		}
		require.Equal(t, ask("nobody"), ask("globex"))
	})
	t.Run("ranges that make no sense are refused", func(t *testing.T) {
		s.get(t, "/v1/tenants/acme/allocations?from=2025-10&to=2025-09", "auditor", http.StatusBadRequest)
		s.get(t, "/v1/tenants/acme/allocations?from=1999-10&to=2025-09", "auditor", http.StatusBadRequest)
		s.get(t, "/v1/tenants/acme/allocations", "auditor", http.StatusBadRequest)
	})
}

func TestCursorsAreBound(t *testing.T) {
	s := newStage(t)
	ref, hash := s.await(t, september, "operator", "system")
	s.publish(t, ref, hash)
	genuine := decode[api.CellPage](t, s.get(t, cellsPath+"?limit=1", "auditor", http.StatusOK)).NextCursor
	require.NotEmpty(t, genuine)
	for name, path := range map[string]string{
		"of other filters": cellsPath + "?pool=direct:compute&cursor=" + genuine,
		"of another list":  "/v1/books/main/periods?cursor=" + genuine,
		"cut short":        cellsPath + "?cursor=" + genuine[:len(genuine)-3],
		"made up":          cellsPath + "?cursor=" + url.QueryEscape("eyJmIjoiIn0"),
		"no base64":        cellsPath + "?cursor=" + url.QueryEscape("%%%"),
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.get(t, path, "auditor", http.StatusBadRequest).problem(t)
			require.Equal(t, "query cursor", refused.Errors[0].Parameter)
		})
	}
}
