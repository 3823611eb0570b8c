package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/token"
)

const planHash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// drifted puts a scan of acme on record that found one grave difference, and a remediation of it that
// waits for people until a deadline. It returns the ids of the scan and of the remediation.
func (s *stage) drifted(t *testing.T, resource string, deadline time.Time) (driftwatch.Scan, remediation.Ref) {
	t.Helper()
	now := time.Now().UTC()
	watch, mending := postgres.NewDrifts(s.pool), postgres.NewRemediations(s.pool)
	scan, _, err := watch.OpenScan(t.Context(), driftwatch.ScanRequest{TenantID: "acme", ScanID: driftwatch.NewScanID(), RequestedBy: "operator", Now: now})
	require.NoError(t, err)
	_, err = watch.KeepPage(t.Context(), scan.ScanRef, driftwatch.Page{
		Number: 1, Tally: driftwatch.Tally{Resources: 1, Expected: 1, Drifted: 1, Findings: 1},
		Findings: []driftwatch.Finding{driftwatch.NewFinding(drift.Record{
			ResourceID: resource, ResourceType: "AWS::EC2::SecurityGroup", TenantID: "acme", Type: drift.KeyAdded, Severity: drift.Critical,
			ConfigPath: "SecurityGroupIngress[2]", ActualValue: json.RawMessage(`{"CidrIp":"0.0.0.0/0"}`), DetectedAt: now,
		})},
	})
	require.NoError(t, err)
	scan, err = watch.Settle(t.Context(), scan.ScanRef, "", now)
	require.NoError(t, err)
	opened, _, err := mending.Open(t.Context(), remediation.Request{
		Candidate: driftwatch.Candidate{TenantID: "acme", ResourceID: resource, ResourceType: "AWS::EC2::SecurityGroup", Severity: drift.Critical, Cause: "c"},
		Mode:      driftwatch.Enforce, ScanID: scan.ScanID, RequestedBy: "operator", Now: now,
	})
	require.NoError(t, err)
	plan := remediation.Plan{
		Revert: remediation.Option{Possible: true, Effect: remediation.Narrows, Approvals: 1}, Accept: remediation.Option{Effect: remediation.Unknown},
		Changes: []remediation.Difference{},
	}
	plan.ResourceID, plan.Type, plan.ConfigChanges = resource, drift.ActionUpdate, map[string]json.RawMessage{}
	_, err = mending.KeepPlan(t.Context(), opened.Ref, plan, remediation.Keeping{Hash: planHash, Deadline: deadline, Mode: driftwatch.Enforce, Now: now})
	require.NoError(t, err)
	return scan, opened.Ref
}

func TestDriftRoutesRefuseWhatTheyCannotTake(t *testing.T) {
	s := newStage(t)
	s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nacme,free\nglobex,free\n", http.StatusCreated, "Content-Type", "text/csv")
	_, waiting := s.drifted(t, "sg-acme", time.Now().Add(time.Hour))
	_, late := s.drifted(t, "sg-late", time.Now().Add(-time.Hour))
	decisions := "/v1/remediations/" + waiting.ID + "/decisions"
	current, revert := []string{"If-Match", `"` + planHash + `"`}, `{"decision":"approve","direction":"revert"}`
	stance := func(change string) string {
		return fmt.Sprintf(`{"decision":"snooze","reason":"known","owner":"olga","expires_at":%q}`, change)
	}
	soon := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	group := s.openGroup(t)

	for name, c := range map[string]struct {
		asked  request
		status int
		// detail must be part of what the problem says.
		detail string
	}{
		"a scan of nobody":                 {post("/v1/tenants/nobody/drift-scans", "operator", ""), http.StatusNotFound, "there is no such tenant"},
		"a scan by one who may not":        {post("/v1/tenants/acme/drift-scans", "security_approver", ""), http.StatusForbidden, "operator"},
		"a scan with a mistyped member":    {post("/v1/tenants/acme/drift-scans", "operator", `{"types":["x"]}`), http.StatusBadRequest, ""},
		"a report that is not there":       {get("/v1/drift-scans/none", "auditor"), http.StatusNotFound, "there is no drift scan none"},
		"a state that is none":             {get("/v1/drifts?state=closed", "auditor"), http.StatusBadRequest, ""},
		"a severity that is none":          {get("/v1/drifts?severity=high", "auditor"), http.StatusBadRequest, ""},
		"a limit beyond the greatest":      {get("/v1/drifts?limit=99999999999999999999", "auditor"), http.StatusBadRequest, ""},
		"a cursor of another listing":      {get("/v1/drifts?cursor=abc", "auditor"), http.StatusBadRequest, ""},
		"a history of what never drifted":  {get("/v1/resources/none/drift-history", "auditor"), http.StatusNotFound, "there is no drift history of resource none"},
		"a history since no time":          {get("/v1/resources/sg-acme/drift-history?since=yesterday", "auditor"), http.StatusBadRequest, ""},
		"a history of another tenant":      {get("/v1/resources/sg-acme/drift-history", "tenant:globex"), http.StatusNotFound, ""},
		"a remediation of another tenant":  {get("/v1/remediations/"+waiting.ID, "tenant:globex"), http.StatusNotFound, ""},
		"a drift that is not there":        {post("/v1/drifts/d-none/decisions", "operator", stance(soon)), http.StatusNotFound, "there is no unresolved drift d-none"},
		"a stance until yesterday":         {post("/v1/drifts/"+group+"/decisions", "operator", stance("2020-01-01T00:00:00Z")), http.StatusBadRequest, "is not in the future"},
		"a stance for ever":                {post("/v1/drifts/"+group+"/decisions", "operator", stance("9999-01-01T00:00:00Z")), http.StatusBadRequest, "at most 366 days"},
		"a stance without a reason":        {post("/v1/drifts/"+group+"/decisions", "operator", `{"decision":"accept","reason":" ","owner":"olga","expires_at":"`+soon+`"}`), http.StatusBadRequest, "reason"},
		"a stance by one who may not":      {post("/v1/drifts/"+group+"/decisions", "auditor", stance(soon)), http.StatusForbidden, "operator, security_approver"},
		"a stance by another tenant":       {post("/v1/drifts/"+group+"/decisions", "tenant:globex", stance(soon)), http.StatusForbidden, "operator, security_approver"},
		"modes that are none":              {put("/v1/tenants/acme/drift-modes", "operator", `{"items":[{"resource_type":"*","mode":"mend"}]}`), http.StatusBadRequest, ""},
		"a type with two modes":            {put("/v1/tenants/acme/drift-modes", "operator", `{"items":[{"resource_type":"*","mode":"observe"},{"resource_type":"*","mode":"enforce"}]}`), http.StatusBadRequest, "set twice"},
		"rules with a mistake":             {put("/v1/drift-rules", "operator", "version: 1\nignore:\n  - path: a\n", "Content-Type", "application/yaml"), http.StatusBadRequest, "drift-rules:3: "},
		"rules that are no YAML":           {put("/v1/drift-rules", "operator", "version: 1\nignore: [\n", "Content-Type", "application/yaml"), http.StatusBadRequest, "drift-rules:2: "},
		"rules over an unseen version":     {put("/v1/drift-rules", "operator", "version: 1\n", "Content-Type", "application/yaml", "If-Match", `"7"`), http.StatusPreconditionFailed, "it is 0"},
		"a version of rules that is none":  {get("/v1/drift-rules?version=9", "auditor"), http.StatusNotFound, "there is no version 9"},
		"an approval of nothing seen":      {post(decisions, "security_approver", revert), http.StatusPreconditionRequired, "If-Match"},
		"an approval of another plan":      {post(decisions, "security_approver", revert, "If-Match", `"abc"`), http.StatusPreconditionFailed, planHash},
		"an approval without a direction":  {post(decisions, "security_approver", `{"decision":"approve"}`, current...), http.StatusBadRequest, "revert or accept"},
		"a direction that is impossible":   {post(decisions, "security_approver", `{"decision":"approve","direction":"accept"}`, current...), http.StatusConflict, "cannot be carried out"},
		"an approval by another role":      {post(decisions, "finance_approver", revert, current...), http.StatusForbidden, "security_approver"},
		"a rejection without a reason":     {post(decisions, "security_approver", `{"decision":"reject"}`, current...), http.StatusBadRequest, "reason"},
		"a broken glass without a reason":  {post(decisions, "security_approver", `{"decision":"approve","direction":"revert","break_glass":true}`, current...), http.StatusBadRequest, "reason"},
		"an approval that comes too late":  {post("/v1/remediations/"+late.ID+"/decisions", "security_approver", revert, current...), http.StatusGone, "the time to decide ended"},
		"a decision on nothing":            {post("/v1/remediations/none/decisions", "security_approver", revert, current...), http.StatusNotFound, "there is no remediation none"},
		"a token for another plan":         {post("/v1/remediations/"+waiting.ID+"/decision-tokens", "security_approver", revert, "If-Match", `"abc"`), http.StatusPreconditionFailed, ""},
		"a review of what needs none":      {post("/v1/remediations/"+waiting.ID+"/review", "security_approver", `{"reason":"seen"}`), http.StatusConflict, ""},
		"an id that is longer than any is": {get("/v1/remediations/"+strings.Repeat("x", 200), "auditor"), http.StatusBadRequest, ""},
	} {
		t.Run(name, func(t *testing.T) {
			problem := s.expect(t, c.asked, c.status).problem(t)
			require.Contains(t, problem.Detail, c.detail)
			require.NotContains(t, problem.Detail, "\n")
		})
	}
	t.Run("who may not leave drift be is on record, but not whoever may not see it", func(t *testing.T) {
		var refused []string
		for _, resource := range []string{"sg-acme", "sg-late"} {
			history := decode[api.DriftHistoryPage](t, s.get(t, "/v1/resources/"+resource+"/drift-history", "auditor", http.StatusOK))
			for _, entry := range history.Items {
				if entry.Kind == drifthistory.StanceRefused {
					refused = append(refused, entry.Subject)
				}
			}
		}
		require.Equal(t, []string{"auditor"}, refused)
	})
	t.Run("whoever asked for the scan cannot decide on what it led to", func(t *testing.T) {
		requester, err := token.NewBearer(s.keys).Mint(approval.Actor{Subject: "operator", Roles: []approval.Role{approval.RoleSecurityApprover}}, time.Hour)
		require.NoError(t, err)
		s.tokens["requester"] = requester
		s.post(t, decisions, "requester", revert, http.StatusForbidden, current...)
	})
}

// directory is a tenants service.
type directory []tenancy.Tenant

func (d directory) Tenants(context.Context) ([]tenancy.Tenant, error) { return d, nil }

func TestTenantsOfTheServiceStayKnownBesideDeliveredOnes(t *testing.T) {
	s := newStage(t, func(d *api.Dependencies, _ *api.Options) { d.Inputs.Directory = directory{{ID: "globex"}} })
	s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nacme,free\n", http.StatusCreated, "Content-Type", "text/csv")
	s.get(t, "/v1/tenants/acme/drift-scans", "auditor", http.StatusOK)
	s.get(t, "/v1/tenants/globex/drift-scans", "auditor", http.StatusOK)
	s.get(t, "/v1/tenants/nobody/drift-scans", "auditor", http.StatusNotFound)
}

func TestMetricsOfDrift(t *testing.T) {
	s := newStage(t)
	s.drifted(t, "sg-acme", time.Now().Add(time.Hour))
	metrics := s.get(t, "/metrics", "", http.StatusOK).body
	for _, line := range []string{
		`omnicloud_drifts{severity="critical",state="open"} 1`,
		`omnicloud_drifts{severity="security",state="snoozed"} 0`,
		`omnicloud_drift_scans{state="complete"} 1`,
		`omnicloud_drift_scans{state="failed"} 0`,
		`omnicloud_drift_scan_duration_seconds{quantile="1"} `,
		`omnicloud_remediations{state="awaiting_approval"} 1`,
		`omnicloud_remediations{state="mended"} 0`,
	} {
		require.Contains(t, metrics, line)
	}
	t.Run("without the database the other metrics are told all the same", func(t *testing.T) {
		s.pool.Close()
		metrics := s.get(t, "/metrics", "", http.StatusOK).body
		require.Contains(t, metrics, "omnicloud_http_request_duration_seconds")
		require.NotContains(t, metrics, "omnicloud_drifts")
	})
}

// openGroup returns the id of the first group of open drift.
func (s *stage) openGroup(t *testing.T) string {
	t.Helper()
	var page struct {
		Items []struct {
			GroupID string `json:"group_id"`
		} `json:"items"`
	}
	require.NoError(t, json.Unmarshal([]byte(s.get(t, "/v1/drifts", "auditor", http.StatusOK).body), &page))
	require.NotEmpty(t, page.Items)
	return page.Items[0].GroupID
}

func get(path, as string) request { return request{method: http.MethodGet, path: path, as: as} }

func post(path, as, body string, headers ...string) request {
	return request{method: http.MethodPost, path: path, as: as, body: body, headers: headers}
}

func put(path, as, body string, headers ...string) request {
	return request{method: http.MethodPut, path: path, as: as, body: body, headers: headers}
}
