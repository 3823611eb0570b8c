package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/test/canaries"
)

// plantings is how many secrets the resources of tenant quarry hold.
const plantings = 10_000

// planted are resources with a secret each, which changed, and which carry that of another in plain sight.
func planted() iter.Seq[infra.Resource] {
	homes, carriers := canaries.Homes(), canaries.Carriers()
	return func(yield func(infra.Resource) bool) {
		for i := 0; i < plantings; i += 2 {
			carried := carriers[i/2%len(carriers)](canaries.Of((i + plantings/2) % plantings))
			home := homes[i/2%len(homes)]
			resource := infra.Resource{
				ID: fmt.Sprintf("r-%05d", i), Type: "service", TenantID: "quarry",
				Desired: config(map[string]any{"home": home(canaries.Of(i)), "note": "as declared", "size": 1}),
				Actual:  config(map[string]any{"home": home(canaries.Of(i + 1)), "note": carried, "size": 2, "seen": map[string]any{carried: 1}}),
			}
			switch i % 50 {
			case 10:
				resource.Actual = nil
			case 20:
				resource.Desired, resource.Actual = nil, config(map[string]any{"home": home(canaries.Of(i)), "note": carried})
			case 30:
				resource.Desired = config(map[string]any{"text": canaries.Of(i), "note": "as declared"})
				resource.Actual = config(map[string]any{"text": canaries.Of(i + 1), "note": carried})
				resource.Schema = json.RawMessage(`{"sensitivePaths":["text"]}`)
			}
			if !yield(resource) {
				return
			}
		}
	}
}

func config(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // maps of texts
	}
	return text
}

// TestTenThousandCanariesStaySilentInTheService plants secrets in what a tenant runs, has it scanned, mended,
// decided on and refused, over REST, PostgreSQL and Temporal, and searches all that came of it.
func TestTenThousandCanariesStaySilentInTheService(t *testing.T) {
	if testing.Short() {
		t.Skip("scans thousands of resources")
	}
	spans := recordSpans(t)
	s := newDriftStage(t, func(policy *remediation.Policy) { policy.Limits.OpenedPerScan = 24 })
	s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nquarry,free\ndark,free\n", http.StatusCreated, "Content-Type", "text/csv")
	s.expect(t, put("/v1/drift-rules", "operator", canaries.Rules, "Content-Type", "application/yaml"), http.StatusOK)
	s.expect(t, put("/v1/tenants/quarry/drift-modes", "operator", `{"items":[{"resource_type":"*","mode":"enforce"}]}`), http.StatusOK)
	s.holds(t, planted())
	s.platform.refuses, s.platform.word = "r-00004", "CANARY"

	shown := &strings.Builder{}
	scan := s.scans(t, "quarry", "")
	require.Equal(t, driftwatch.ScanComplete, scan.State, scan.Reason)
	require.EqualValues(t, plantings/2, scan.Resources)
	require.EqualValues(t, 24, scan.Opened)
	quoting := canaries.AsJSONText("the new one is " + canaries.Of(17))
	t.Run("people decide", func(t *testing.T) {
		for resource, decided := range map[string]struct {
			direction string
			leads     remediation.State
		}{"r-00000": {"revert", remediation.Mended}, "r-00004": {"revert", remediation.Failed}, "r-00030": {"accept", remediation.Declared}} {
			waiting := s.becomes(t, resource, remediation.AwaitingApproval)
			for _, approver := range []string{"security_approver", "security_approver_2"} {
				got := s.decides(t, waiting, approver, `{"decision":"approve","direction":"`+decided.direction+`","reason":`+quoting+`}`)
				require.Equal(t, http.StatusOK, got.status, got.body)
			}
			s.becomes(t, resource, decided.leads)
		}
		failed := s.becomes(t, "r-00004", remediation.Failed)
		fmt.Fprintln(shown, failed.Reason, s.get(t, "/v1/jobs/"+failed.WorkflowID(), "auditor", http.StatusOK).body)
		rejected := s.becomes(t, "r-00006", remediation.AwaitingApproval)
		fmt.Fprintln(shown, s.decides(t, rejected, "security_approver", `{"decision":"reject","reason":`+quoting+`}`).body)
		fmt.Fprintln(shown, s.decides(t, rejected, "security_approver_2", `{"decision":"reject","reason":`+quoting+`}`).body)
	})
	t.Run("people leave drift be", func(t *testing.T) {
		group := decode[api.DriftGroupPage](t, s.get(t, "/v1/drifts?limit=1&severity=security", "auditor", http.StatusOK)).Items[0]
		body := `{"decision":"accept","owner":"ops","expires_at":"` + time.Now().Add(time.Hour).UTC().Format(time.RFC3339) + `","reason":` + quoting + `}`
		fmt.Fprintln(shown, s.post(t, "/v1/drifts/"+group.Drifts[0].ID+"/decisions", "security_approver", body, http.StatusOK).body)
		fmt.Fprintln(shown, s.post(t, "/v1/drifts/"+group.Drifts[0].ID+"/decisions", "finance_approver", body, http.StatusForbidden).body)
	})
	t.Run("what changed again is escalated, and what it was before stays hidden in others", func(t *testing.T) {
		s.holds(t, func(yield func(infra.Resource) bool) {
			for i := 9000; i < 9040; i += 2 {
				yield(infra.Resource{
					ID: fmt.Sprintf("r-%05d", i), Type: "service", TenantID: "quarry",
					Desired: config(map[string]any{"password": canaries.Of(plantings + i + 1)}), Actual: config(map[string]any{"password": canaries.Of(plantings + i), canaries.Of(i): "a key"}),
				})
			}
		})
		require.Equal(t, driftwatch.ScanComplete, s.scans(t, "quarry", "").State)
	})
	t.Run("what cannot be read says why", func(t *testing.T) {
		s.holds(t, func(yield func(infra.Resource) bool) {
			yield(infra.Resource{ID: "d-1", Type: "service", TenantID: "dark", Desired: config(map[string]any{"password": canaries.Of(1)}), Unreadable: "no answer to " + canaries.Of(1)})
		})
		require.Equal(t, driftwatch.ScanPartial, s.scans(t, "dark", "").State)
	})
	t.Run("REST", func(t *testing.T) {
		for _, path := range []string{"/v1/drift-scans/" + scan.ScanID, "/v1/drifts", "/v1/remediations", "/v1/resources/r-00000/drift-history", "/v1/resources/r-00004/drift-history"} {
			s.readAll(t, path, shown)
		}
		page := decode[api.RemediationPage](t, s.get(t, "/v1/remediations?limit=100", "auditor", http.StatusOK))
		for _, one := range page.Items {
			fmt.Fprintln(shown, s.get(t, "/v1/remediations/"+one.ID, "auditor", http.StatusOK).body)
		}
		canaries.AssertSilent(t, "an answer", shown.String())
		require.Greater(t, strings.Count(shown.String(), "[hidden "), plantings, "each side of each secret is shown hidden")
		require.Greater(t, strings.Count(shown.String(), `"severity":"critical"`), plantings/3, "carried secrets are exposed")
	})
	t.Run("logs", func(t *testing.T) {
		canaries.AssertSilent(t, "the log", s.logs.String())
		require.Contains(t, s.logs.String(), "cannot write ", "what the platform said is there, without what it quoted")
	})
	t.Run("spans", func(t *testing.T) {
		canaries.AssertSilent(t, "a span", spans.String())
		require.Contains(t, spans.String(), "INSERT INTO", "statements are there, without their values")
	})
	t.Run("PostgreSQL", s.searchTables)
	t.Run("Temporal", s.searchHistories)
}

// readAll reads every page of a listing. Whether the answers fit the document is seen elsewhere: it takes
// long for ten thousands of records.
func (s *driftStage) readAll(t *testing.T, path string, into *strings.Builder) {
	t.Helper()
	for cursor := ""; ; {
		asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+path+"?limit=500&cursor="+cursor, http.NoBody)
		require.NoError(t, err)
		asked.Header.Set("Authorization", "Bearer "+s.tokens["auditor"])
		response, err := http.DefaultClient.Do(asked)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, errors.Join(err, response.Body.Close()))
		require.Equal(t, http.StatusOK, response.StatusCode)
		into.Write(body)
		var page struct {
			NextCursor string `json:"next_cursor"`
		}
		require.NoError(t, json.Unmarshal(body, &page))
		if cursor = page.NextCursor; cursor == "" {
			return
		}
	}
}

// ownOfStates is the table of the state service, which holds configurations.
var ownOfStates = []string{"omnicloud.resources"}

// searchTables looks through every row of every table.
func (s *driftStage) searchTables(t *testing.T) {
	rows, err := s.pool.Query(t.Context(), `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
		WHERE schemaname IN ('omnicloud', 'sandbox') AND format('%I.%I', schemaname, tablename) <> ALL ($1) ORDER BY 1`, ownOfStates)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Contains(t, tables, "omnicloud.drift_history")
	require.Contains(t, tables, "omnicloud.idempotency_keys")
	for _, table := range tables {
		rows, err := s.pool.Query(t.Context(), "SELECT row::text FROM "+table+" row")
		require.NoError(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		canaries.AssertSilent(t, table, strings.Join(lines, "\n"))
	}
	var held int
	require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT count(*) FROM resources WHERE desired::text LIKE '%CANARY%'").Scan(&held))
	assert.Greater(t, held, plantings/3, "the search would find them")
}

// searchHistories looks through the bytes of every event of every workflow.
func (s *driftStage) searchHistories(t *testing.T) {
	var ids []string
	for _, query := range []string{"SELECT 'drift-scan:' || tenant_id || ':' || scan_id FROM drift_scans", "SELECT 'remediation:' || tenant_id || ':' || remediation_id FROM remediations"} {
		rows, err := s.pool.Query(t.Context(), query)
		require.NoError(t, err)
		found, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		ids = append(ids, found...)
	}
	require.Greater(t, len(ids), 24)
	all := &strings.Builder{}
	for _, id := range ids {
		events := s.plain.GetWorkflowHistory(t.Context(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			require.NoError(t, err)
			raw, err := proto.Marshal(event)
			require.NoError(t, err)
			readable, err := protojson.Marshal(event)
			require.NoError(t, err)
			all.Write(raw)
			all.Write(readable)
		}
	}
	canaries.AssertSilent(t, "a history", all.String())
	require.Contains(t, all.String(), "cannot write ", "payloads and failures are searched as they are")
}
