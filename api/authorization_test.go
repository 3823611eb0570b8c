package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/internal/token"
)

// callers are a token of each role; the empty name is nobody.
var callers = map[string]string{
	"operator": "operator", "finance_approver": "finance_approver", "security_approver": "security_approver",
	"auditor": "auditor", "tenant:acme": "tenant",
}

// allowed says who may call what, written out a second time: a role that is added to the document
// by mistake shows here.
var allowed = map[string]string{
	"GET /v1/allocation-rules":                                               "operator finance_approver auditor",
	"POST /v1/allocation-rules":                                              "operator",
	"GET /v1/allocation-rules/{rule_id}":                                     "operator finance_approver auditor",
	"DELETE /v1/allocation-rules/{rule_id}":                                  "operator",
	"POST /v1/allocation-rules/{rule_id}/supersede":                          "operator",
	"POST /v1/allocations/shared":                                            "operator finance_approver auditor",
	"GET /v1/tenants/{tenant_id}/allocations":                                "operator finance_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/reservations/{reservation_id}/amortization": "operator finance_approver auditor tenant",
	"POST /v1/imports":                                                       "operator",
	"GET /v1/imports/{import_id}":                                            "operator finance_approver auditor",
	"GET /v1/books/{book}/periods":                                           "operator finance_approver auditor",
	"GET /v1/books/{book}/periods/{period}":                                  "operator finance_approver auditor",
	"POST /v1/books/{book}/periods/{period}/close":                           "operator finance_approver",
	"GET /v1/books/{book}/periods/{period}/decisions":                        "operator finance_approver auditor",
	"POST /v1/books/{book}/periods/{period}/decisions":                       "finance_approver",
	"POST /v1/books/{book}/periods/{period}/decision-tokens":                 "finance_approver",
	"GET /v1/books/{book}/periods/{period}/allocations":                      "operator finance_approver auditor tenant",
	"GET /v1/books/{book}/periods/{period}/allocations.csv":                  "operator finance_approver auditor tenant",
	"GET /v1/books/{book}/periods/{period}/allocations/{tenant_id}/explain":  "operator finance_approver auditor tenant",
	"POST /v1/books/{book}/periods/{period}/preview":                         "operator finance_approver auditor",
	"GET /v1/books/{book}/periods/{period}/statements/{tenant_id}":           "operator finance_approver auditor tenant",
	"GET /v1/books/{book}/periods/{period}/journal.csv":                      "operator finance_approver auditor",
	"GET /v1/books/{book}/periods/{period}/focus.csv":                        "operator finance_approver auditor",
	"GET /v1/books/{book}/periods/{period}/focus.parquet":                    "operator finance_approver auditor",
	"GET /v1/tenants/{tenant_id}/costs":                                      "operator finance_approver auditor tenant",
	"GET /v1/books/{book}/periods/{period}/late":                             "operator finance_approver auditor",
	"POST /v1/tenants/{tenant_id}/costs/by-tags":                             "operator finance_approver auditor tenant",
	"POST /v1/books/{book}/periods/{period}/restatements":                    "operator finance_approver",
	"GET /v1/tenants/{tenant_id}/anomalies":                                  "operator finance_approver auditor tenant",
	"GET /v1/anomalies":                                                      "operator finance_approver auditor",
	"GET /v1/jobs/{workflow_id}":                                             "operator finance_approver security_approver auditor",
	"POST /v1/jobs/{workflow_id}/cancel":                                     "operator",
	"GET /v1/schedules":                                                      "operator auditor",
	"POST /v1/schedules/{schedule_id}/trigger":                               "operator",
	"POST /v1/schedules/{schedule_id}/pause":                                 "operator",
	"POST /v1/schedules/{schedule_id}/unpause":                               "operator",
	"POST /v1/schedules/{schedule_id}/backfill":                              "operator",
	"GET /v1/tenants/{tenant_id}/drift-scans":                                "operator security_approver auditor tenant",
	"POST /v1/tenants/{tenant_id}/drift-scans":                               "operator",
	"GET /v1/drift-scans/{scan_id}":                                          "operator security_approver auditor tenant",
	"GET /v1/drifts":                                                         "operator security_approver auditor tenant",
	"POST /v1/drifts/{drift_id}/decisions":                                   "operator security_approver",
	"GET /v1/resources/{resource_id}/drift-history":                          "operator security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/drift-modes":                                "operator security_approver auditor tenant",
	"PUT /v1/tenants/{tenant_id}/drift-modes":                                "operator",
	"GET /v1/drift-rules":                                                    "operator security_approver auditor",
	"PUT /v1/drift-rules":                                                    "operator",
	"GET /v1/remediations":                                                   "operator security_approver auditor tenant",
	"GET /v1/remediations/{remediation_id}":                                  "operator security_approver auditor tenant",
	"POST /v1/remediations/{remediation_id}/decisions":                       "security_approver",
	"POST /v1/remediations/{remediation_id}/decision-tokens":                 "security_approver",
	"POST /v1/remediations/{remediation_id}/review":                          "security_approver",
	"POST /v1/tenants/{tenant_id}/forecasts":                                 "operator finance_approver security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/models":                                     "operator finance_approver security_approver auditor tenant",
	"POST /v1/tenants/{tenant_id}/models":                                    "operator",
	"GET /v1/tenants/{tenant_id}/models/{training_id}":                       "operator finance_approver security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/model-decisions":                            "operator finance_approver security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/capacity-alerts":                            "operator finance_approver security_approver auditor tenant",
	"GET /v1/forecasts/{forecast_id}":                                        "operator finance_approver security_approver auditor tenant",
	"GET /v1/forecasts/{forecast_id}/plot.svg":                               "operator finance_approver security_approver auditor tenant",
	"POST /v1/tenants/{tenant_id}/what-if":                                   "operator finance_approver security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/recommendations":                            "operator finance_approver security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/exhaustion":                                 "operator finance_approver security_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/reserved-savings":                           "operator finance_approver auditor tenant",
	"GET /v1/tenants/{tenant_id}/accuracy":                                   "operator finance_approver security_approver auditor tenant",
	"GET /healthz":                                                           "", "GET /readyz": "", "GET /metrics": "", "GET /v1/openapi.json": "",
}

var sampleValues = strings.NewReplacer("{book}", "nobook", "{period}", "2025-09", "{rule_id}", "r1", "{tenant_id}", "acme",
	"{import_id}", "i1", "{workflow_id}", "w1", "{reservation_id}", "r1", "{schedule_id}", "s1",
	"{scan_id}", "s1", "{drift_id}", "d1", "{resource_id}", "vm-1", "{remediation_id}", "m1", "{forecast_id}", "f1", "{training_id}", "t1")

// sampleBodies fit the document where an operation needs a body, so that a role is what decides.
var sampleBodies = map[string]string{
	"decisions": `{"decision":"approve"}`, "decision-tokens": `{"decision":"approve"}`,
	"backfill":         `{"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z"}`,
	"allocation-rules": `{"version":1}`, "supersede": `{"version":1}`, "preview": `{"version":1}`,
	"by-tags": `{"tags":[{"key":"team"}],"from":"2025-09","to":"2025-09"}`, "restatements": `{"reason":"a late credit"}`,
	"forecasts": `{"metric":"request_rate","horizon_days":7}`, "what-if": `{"traffic_multiplier":1}`,
	"models":                          `{"metric":"request_rate"}`,
	"review":                          `{"reason":"it was right"}`,
	"/v1/drifts/{drift_id}/decisions": `{"decision":"accept","reason":"known","owner":"olga","expires_at":"2026-01-01T00:00:00Z"}`,
	"shared":                          `{"amount":"1","currency":"USD","category":"shared","period":"2025-09"}`,
}

func TestEveryOperationAsksForItsRoles(t *testing.T) {
	s := newStage(t)
	documented := readOperations(t, s)
	for _, operation := range documented {
		require.Contains(t, allowed, operation, "say in this test who may call it")
	}
	require.Len(t, documented, len(allowed))
	for operation, roles := range allowed {
		method, template, _ := strings.Cut(operation, " ")
		asked := request{method: method, path: sampleValues.Replace(template)}
		if method == http.MethodPost {
			asked.body = sampleBodies[asked.path[strings.LastIndex(asked.path, "/")+1:]]
			if body, own := sampleBodies[template]; own {
				asked.body = body
			}
		}
		t.Run(operation, func(t *testing.T) {
			if roles == "" {
				s.expect(t, asked, http.StatusOK)
				return
			}
			s.expect(t, asked, http.StatusUnauthorized)
			for caller, role := range callers {
				asked.as = caller
				got := s.do(t, asked)
				if slices.Contains(strings.Fields(roles), role) {
					require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, got.status, "%s: %s", caller, got.body)
					continue
				}
				// A recorded refusal asks the period first, which this book does not have.
				require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound}, got.status, "%s: %s", caller, got.body)
				require.Contains(t, got.body, "urn:omnicloud:problem:")
			}
		})
	}
}

func readOperations(t *testing.T, s *stage) []string {
	t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	got := s.get(t, "/v1/openapi.json", "", http.StatusOK)
	require.NoError(t, json.Unmarshal([]byte(got.body), &document))
	var operations []string
	for path, methods := range document.Paths {
		for method := range methods {
			operations = append(operations, strings.ToUpper(method)+" "+path)
		}
	}
	return operations
}

func TestCredentials(t *testing.T) {
	s := newStage(t)
	decision, _, err := token.NewDecisions(s.keys).SignDecision(approval.TokenClaims{
		DecisionID: "d", WorkflowID: "w", ResultHash: "h", Verdict: approval.Approve,
		Actor: approval.Actor{Subject: "finance_approver", Roles: []approval.Role{approval.RoleFinanceApprover}},
	})
	require.NoError(t, err)
	expired, err := token.NewBearer(s.keys).Mint(approval.Actor{Subject: "operator", Roles: []approval.Role{approval.RoleOperator}}, -1e12)
	require.NoError(t, err)
	for name, header := range map[string]string{
		"nothing":          "",
		"another scheme":   "Basic b3BlcmF0b3I6eA==",
		"a token alone":    s.tokens["operator"],
		"an empty token":   "Bearer ",
		"a forged token":   "Bearer " + s.tokens["operator"] + "x",
		"an expired token": "Bearer " + expired,
		"a decision token": "Bearer " + decision,
	} {
		t.Run(name, func(t *testing.T) {
			got := s.expect(t, request{method: http.MethodGet, path: "/v1/books/main/periods", headers: []string{"Authorization", header}}, http.StatusUnauthorized)
			require.Equal(t, `Bearer realm="omnicloud"`, got.header.Get("WWW-Authenticate"))
			require.EqualValues(t, "unauthenticated", got.problem(t).Code)
		})
	}
}
