package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

const rulesPath = "/v1/allocation-rules"

const rulesDocument = `{"version": 1,
  "mapping": [{"sub_account": "acct-acme", "tenant": "acme"}, {"tag": {"team": ["obs*"]}, "pool": "logging"}],
  "pools": [
    {"id": "logging", "strategy": "proportional", "weight_by_category": {"compute": 0.7, "storage": "0.3"}},
    {"id": "network", "category": "network", "strategy": "equal", "effective_until": "2026-01-01T00:00:00Z"}]}`

func TestRules(t *testing.T) {
	s := newStage(t)
	created := decode[api.CreatedRules](t, s.post(t, rulesPath, "operator", rulesDocument, http.StatusCreated))
	require.Len(t, created.Items, 3)
	require.Empty(t, created.RuleID, "there are several")
	logging := created.Items[0]

	t.Run("numbers are kept digit by digit", func(t *testing.T) {
		require.Equal(t, "0.7", logging.Pool.WeightByCategory["compute"].String())
		require.Equal(t, "0.3", logging.Pool.WeightByCategory["storage"].String())
		require.Equal(t, "operator", logging.CreatedBy)
	})
	t.Run("pages list every rule once", func(t *testing.T) {
		seen := map[string]int{}
		cursor := ""
		for {
			page := decode[api.AllocationRulePage](t, s.get(t, rulesPath+"?limit=1&cursor="+cursor, "auditor", http.StatusOK))
			for _, item := range page.Items {
				seen[item.RuleID]++
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		require.Equal(t, map[string]int{created.Items[0].RuleID: 1, created.Items[1].RuleID: 1, created.Items[2].RuleID: 1}, seen)
	})
	t.Run("filters narrow", func(t *testing.T) {
		count := func(query string) int {
			return len(decode[api.AllocationRulePage](t, s.get(t, rulesPath+query, "auditor", http.StatusOK)).Items)
		}
		require.Equal(t, 1, count("?kind=mapping"))
		require.Equal(t, 1, count("?pool_id=logging"))
		require.Equal(t, 2, count("?at=2026-02-01T00:00:00Z"), "network has ended by then")
	})
	t.Run("a document is taken whole or not at all", func(t *testing.T) {
		s.post(t, rulesPath, "operator", `{"version":1,"pools":[{"id":"fresh","strategy":"equal"},{"id":"logging","strategy":"equal"}]}`, http.StatusConflict)
		require.Empty(t, decode[api.AllocationRulePage](t, s.get(t, rulesPath+"?pool_id=fresh", "auditor", http.StatusOK)).Items)
	})
	t.Run("two rules of one pool must not overlap", func(t *testing.T) {
		s.post(t, rulesPath, "operator", `{"version":1,"pools":[{"id":"twice","strategy":"equal"},{"id":"twice","strategy":"tiered"}]}`, http.StatusBadRequest)
	})
	t.Run("YAML is taken too", func(t *testing.T) {
		got := s.post(t, rulesPath, "operator", "version: 1\npools:\n  - id: tracing\n    strategy: tiered\n    effective_from: 2026-01-01T00:00:00Z\n",
			http.StatusCreated, "Content-Type", "application/yaml")
		one := decode[api.CreatedRules](t, got)
		require.NotEmpty(t, one.RuleID)
		require.Equal(t, rulesPath+"/"+one.RuleID, got.header.Get("Location"))
	})

	t.Run("superseding keeps the earlier part under its own version", func(t *testing.T) {
		next := `{"version":1,"pools":[{"id":"logging","strategy":"equal","effective_from":"2026-03-01T00:00:00Z"}]}`
		history := decode[api.RuleHistory](t, s.post(t, rulesPath+"/"+logging.RuleID+"/supersede", "operator", next, http.StatusOK))
		require.Len(t, history.Versions, 3)
		require.False(t, history.Versions[0].IsActive)
		require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), history.Versions[1].EffectiveUntil)
		require.EqualValues(t, "equal", history.Versions[2].Strategy)
	})
	t.Run("only one rule about the same pool can supersede", func(t *testing.T) {
		path := rulesPath + "/" + logging.RuleID + "/supersede"
		s.post(t, path, "operator", `{"version":1,"pools":[{"id":"other","strategy":"equal"}]}`, http.StatusConflict)
		s.post(t, path, "operator", rulesDocument, http.StatusBadRequest)
	})
	t.Run("deleting ends a rule and keeps its versions", func(t *testing.T) {
		ended := s.expect(t, request{method: "DELETE", path: rulesPath + "/" + logging.RuleID, as: "operator"}, http.StatusOK)
		versions := decode[api.RuleHistory](t, ended).Versions
		require.Greater(t, len(versions), 3)
		s.expect(t, request{method: "DELETE", path: rulesPath + "/" + logging.RuleID, as: "operator"}, http.StatusConflict)
		require.Len(t, decode[api.RuleHistory](t, s.get(t, rulesPath+"/"+logging.RuleID, "auditor", http.StatusOK)).Versions, len(versions))
	})
}

func TestRulesNameWhatIsThere(t *testing.T) {
	s := newStage(t)
	s.post(t, rulesPath, "operator", `{"version":1,"mapping":[{"sub_account":"a","tenant":"acme"}]}`, http.StatusCreated)
	s.post(t, importsPath+"?kind=tenants", "operator", "tenant_id,plan\nacme,free\n", http.StatusCreated, "Content-Type", "text/csv")
	for name, test := range map[string]struct{ document, pointer, message string }{
		"a mapping to nobody": {
			`{"version":1,"mapping":[{"sub_account":"a","tenant":"acme"},{"sub_account":"b","tenant":"ghost"}]}`,
			"/mapping/1/tenant", `there is no tenant "ghost"; correct it or add the tenant`,
		},
		"a weight of nobody": {
			`{"version":1,"pools":[{"id":"w","strategy":"custom","tenant_weights":{"acme":1,"gho.st":1}}]}`,
			"/pools/0/tenant_weights", `a weight is given to tenant "gho.st", who does not exist; correct it or add the tenant`,
		},
		"rules of one pool that overlap": {
			`{"version":1,"pools":[{"id":"twice","strategy":"equal"},{"id":"twice","strategy":"tiered"}]}`,
			"/pools/1", `it and pools[0] are both about pool "twice" and overlap in time; end one before the other begins`,
		},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			refused := s.post(t, rulesPath, "operator", test.document, http.StatusBadRequest).problem(t)
			require.Equal(t, test.pointer, *refused.Errors[0].Pointer)
			require.Equal(t, test.message, refused.Errors[0].Detail)
		})
	}
	t.Run("refuses a rule that overlaps a stored one, by the id of that", func(t *testing.T) {
		const document = `{"version":1,"pools":[{"id":"fresh","strategy":"equal"},{"id":"kept","strategy":"equal"}]}`
		kept := decode[api.CreatedRules](t, s.post(t, rulesPath, "operator", `{"version":1,"pools":[{"id":"kept","strategy":"equal"}]}`, http.StatusCreated))
		refused := s.post(t, rulesPath, "operator", document, http.StatusConflict).problem(t)
		require.Equal(t, "/pools/1", *refused.Errors[0].Pointer)
		require.Equal(t, "pools[1] overlaps in time with rule "+kept.RuleID+
			` version 1, which is about pool "kept" too; supersede that rule, or end one before the other begins`, refused.Detail)
	})
}
