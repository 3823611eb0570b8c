package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

const (
	groupDeclared = `{"GroupDescription":"web","SecurityGroupIngress":[]}`
	groupLive     = `{"GroupDescription":"web","SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":%d,"ToPort":%d,"CidrIp":"0.0.0.0/0"}]}`
)

// driftEstate is the API with a worker over some resources of globex that drifted and were scanned. Every
// change to them is proposed.
type driftEstate struct {
	*driftStage
	scan driftwatch.Scan
	soon string
	more int
}

func newDriftEstate(t *testing.T) *driftEstate {
	t.Helper()
	e := &driftEstate{
		driftStage: newDriftStage(t, func(*remediation.Policy) {}), soon: time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339),
	}
	e.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nacme,free\nglobex,free\n", http.StatusCreated, "Content-Type", "text/csv")
	e.expect(t, put("/v1/tenants/globex/drift-modes", "operator", `{"items":[{"resource_type":"*","mode":"propose"}]}`), http.StatusOK)
	e.holds(t, func(yield func(infra.Resource) bool) {
		for i := range 3 {
			yield(e.group(fmt.Sprintf("sg-%d", i), 22+i))
			yield(infra.Resource{
				ID: fmt.Sprintf("bucket-%02d", i), Type: "AWS::S3::Bucket", TenantID: "globex",
				Desired: json.RawMessage(`{"Tags":[{"Key":"team","Value":"web"}]}`),
				Actual:  json.RawMessage(fmt.Sprintf(`{"Tags":[{"Key":"team","Value":"by hand %d"}]}`, i)),
			})
		}
	})
	for range 3 {
		e.scan = e.scans(t, "globex", "")
		require.Equal(t, driftwatch.ScanComplete, e.scan.State, e.scan.Reason)
	}
	return e
}

// group is a security group of globex that somebody opened a port of.
func (e *driftEstate) group(id string, port int) infra.Resource {
	return infra.Resource{
		ID: id, Type: "AWS::EC2::SecurityGroup", TenantID: "globex",
		Desired: json.RawMessage(groupDeclared), Actual: json.RawMessage(fmt.Sprintf(groupLive, port, port)),
	}
}

// adds puts something more into a listing: another resource that drifts, which makes a scan, a drift and a
// remediation, or another entry in a history.
func (e *driftEstate) adds(t *testing.T, name string) {
	t.Helper()
	switch name {
	case "getDriftScan": // a report stays as it is
	case "getDriftHistory":
		e.post(t, "/v1/drifts/"+e.driftOf(t, "sg-0")+"/decisions", "auditor",
			fmt.Sprintf(`{"decision":"snooze","reason":"known","owner":"olga","expires_at":%q}`, e.soon), http.StatusForbidden)
	default:
		e.more++
		id := fmt.Sprintf("sg-more-%d", e.more)
		e.holds(t, func(yield func(infra.Resource) bool) { yield(e.group(id, 1000+e.more)) })
		e.scans(t, "globex", "")
		e.becomes(t, id, remediation.AwaitingApproval)
	}
}

// settle waits until no scan of the tenant runs.
func (e *driftEstate) settle(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		latest := decode[api.DriftScanPage](t, e.get(t, "/v1/tenants/globex/drift-scans?limit=1", "auditor", http.StatusOK)).Items[0]
		return latest.State != driftwatch.ScanRunning
	}, hang, 100*time.Millisecond)
}

// driftOf returns the id of a resource's first drift.
func (e *driftEstate) driftOf(t *testing.T, resource string) string {
	t.Helper()
	page := decode[api.DriftGroupPage](t, e.get(t, "/v1/drifts?resource="+resource, "auditor", http.StatusOK))
	require.NotEmpty(t, page.Items)
	return page.Items[0].Drifts[0].ID
}

// plan waits for the plan of a resource.
func (e *driftEstate) plan(t *testing.T, resource string) remediation.Remediation {
	t.Helper()
	return e.becomes(t, resource, remediation.AwaitingApproval)
}

// planAfter waits for another plan than one.
func (e *driftEstate) planAfter(t *testing.T, before remediation.Remediation) remediation.Remediation {
	t.Helper()
	var after remediation.Remediation
	require.Eventually(t, func() bool {
		after = e.plan(t, before.ResourceID)
		return after.PlanHash != before.PlanHash
	}, hang, 100*time.Millisecond)
	return after
}

// brokenGlass has one person close a port of a resource in a hurry.
func (e *driftEstate) brokenGlass(t *testing.T, resource string) remediation.Remediation {
	t.Helper()
	about := e.plan(t, resource)
	e.post(t, "/v1/remediations/"+about.ID+"/decisions", "security_approver",
		`{"decision":"approve","direction":"revert","break_glass":true,"reason":"it is attacked"}`, http.StatusOK, "If-Match", `"`+about.PlanHash+`"`)
	return e.becomes(t, resource, remediation.Mended)
}

// moves changes a resource behind the platform's back.
func (e *driftEstate) moves(t *testing.T, resource string) {
	t.Helper()
	_, err := e.pool.Exec(t.Context(), "UPDATE resources SET actual = $2, version = version + 1 WHERE resource_id = $1", resource, fmt.Sprintf(groupLive, 3389, 3389))
	require.NoError(t, err)
}
