package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/remediation"
)

// driftRoute is how the cases that every route of drift has in common apply to one of them.
type driftRoute struct {
	method, path, as, body string
	headers                []string
	status                 int
	// other is another good body, for the same idempotency key.
	other string
	// key names what tells the items of a list apart, and list the member that holds them.
	list, key string
	// elsewhere is the status for another tenant's token; of a list, 200 means that it is empty.
	elsewhere int
	// missing is the path of something that is not there.
	missing string
	// mediaType is JSON where it is empty.
	mediaType string
}

func (r driftRoute) request(change ...func(*request)) request {
	asked := request{method: r.method, path: r.path, as: r.as, body: r.body, headers: slices.Clone(r.headers)}
	if r.mediaType != "" {
		asked.headers = append(asked.headers, "Content-Type", r.mediaType)
	}
	for _, apply := range change {
		apply(&asked)
	}
	return asked
}

func with(name, value string) func(*request) {
	return func(asked *request) { asked.headers = append(asked.headers, name, value) }
}

func saying(body string) func(*request) { return func(asked *request) { asked.body = body } }

// driftRoutes are the routes of drift on an estate of globex, by operation.
func (e *driftEstate) driftRoutes(t *testing.T) map[string]driftRoute {
	t.Helper()
	stance := func(reason string) string {
		return fmt.Sprintf(`{"decision":"snooze","reason":%q,"owner":"olga","expires_at":%q}`, reason, e.soon)
	}
	waiting, broken := e.plan(t, "sg-0"), e.brokenGlass(t, "sg-1")
	about := []string{"If-Match", `"` + waiting.PlanHash + `"`}
	revert := func(reason string) string {
		return fmt.Sprintf(`{"decision":"approve","direction":"revert","reason":%q}`, reason)
	}
	remediationPath := "/v1/remediations/" + waiting.ID
	return map[string]driftRoute{
		"listDriftScans": {method: "GET", path: "/v1/tenants/globex/drift-scans", list: "items", key: "scan_id", elsewhere: 404, missing: "/v1/tenants/nobody/drift-scans"},
		"startDriftScan": {
			method: "POST", path: "/v1/tenants/globex/drift-scans", as: "operator", body: `{"resource_types":["AWS::EC2::SecurityGroup"]}`,
			other: `{}`, status: 202, elsewhere: 403, missing: "/v1/tenants/nobody/drift-scans",
		},
		"getDriftScan": {method: "GET", path: "/v1/drift-scans/" + e.scan.ScanID, list: "records", key: "drift_id", elsewhere: 404, missing: "/v1/drift-scans/none"},
		"listDrifts":   {method: "GET", path: "/v1/drifts?tenant=globex", list: "items", key: "group_id", elsewhere: 200},
		"decideDrift": {
			method: "POST", path: "/v1/drifts/" + e.driftOf(t, "bucket-00") + "/decisions", as: "operator", body: stance("known"), other: stance("as known"),
			elsewhere: 403, missing: "/v1/drifts/none/decisions",
		},
		"getDriftHistory": {method: "GET", path: "/v1/resources/sg-0/drift-history", list: "items", key: "index", elsewhere: 404, missing: "/v1/resources/none/drift-history"},
		"getDriftModes":   {method: "GET", path: "/v1/tenants/globex/drift-modes", elsewhere: 404, missing: "/v1/tenants/nobody/drift-modes"},
		"putDriftModes": {
			method: "PUT", path: "/v1/tenants/globex/drift-modes", as: "operator", body: `{"items":[{"resource_type":"*","mode":"propose"}],"reason":"a trial"}`,
			elsewhere: 403, missing: "/v1/tenants/nobody/drift-modes",
		},
		"getDriftRules": {method: "GET", path: "/v1/drift-rules", elsewhere: 403, missing: "/v1/drift-rules?version=99"},
		"putDriftRules": {method: "PUT", path: "/v1/drift-rules", as: "operator", body: "version: 1\n", mediaType: "application/yaml", elsewhere: 403},
		"listRemediations": {
			method: "GET", path: "/v1/remediations?tenant=globex", list: "items", key: "remediation_id", elsewhere: 200,
		},
		"getRemediation": {method: "GET", path: remediationPath, elsewhere: 404, missing: "/v1/remediations/none"},
		"decideRemediation": {
			method: "POST", path: remediationPath + "/decisions", as: "security_approver", body: revert("seen"), other: revert("seen well"),
			headers: about, elsewhere: 404, missing: "/v1/remediations/none/decisions",
		},
		"createRemediationDecisionToken": {
			method: "POST", path: remediationPath + "/decision-tokens", as: "security_approver", body: revert("seen"), other: revert("seen well"),
			headers: about, status: 201, elsewhere: 404, missing: "/v1/remediations/none/decision-tokens",
		},
		"reviewRemediation": {
			method: "POST", path: "/v1/remediations/" + broken.ID + "/review", as: "security_approver_2", body: `{"reason":"it was right"}`,
			other: `{"reason":"it was wrong"}`, elsewhere: 403, missing: "/v1/remediations/none/review",
		},
	}
}

// TestEveryDriftRoute holds each route of drift that the document names to what all of them promise. A
// route without its cases fails.
func TestEveryDriftRoute(t *testing.T) {
	e := newDriftEstate(t)
	routes := e.driftRoutes(t)
	operations := e.operations(t, "drift")
	require.ElementsMatch(t, slices.Collect(maps.Keys(operations)), slices.Collect(maps.Keys(routes)), "each route of drift has cases")
	// What changes what others are about comes after them: other rules make other plans.
	names := slices.Sorted(maps.Keys(routes))
	slices.SortStableFunc(names, func(a, b string) int { return rank(routes[a]) - rank(routes[b]) })
	for _, name := range names {
		route, operation := routes[name], operations[name]
		if route.as == "" {
			route.as = "auditor"
		}
		if route.status == 0 {
			route.status = http.StatusOK
		}
		t.Run(name, func(t *testing.T) {
			e.keepsOut(t, route)
			if operation.RequestBody != nil {
				e.refusesBodies(t, route, operation)
			}
			if operation.Parameters.GetByInAndName("query", "cursor") != nil {
				e.pages(t, name, route)
			}
			if operation.Parameters.GetByInAndName("header", "Idempotency-Key") != nil {
				e.repeats(t, route)
				return
			}
			e.expect(t, route.request(), route.status)
		})
	}
}

func rank(route driftRoute) int {
	return slices.Index([]string{"GET", "POST", "PUT"}, route.method)
}

// operations are those of the served document that carry a tag.
func (s *stage) operations(t *testing.T, tag string) map[string]*openapi3.Operation {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData([]byte(s.get(t, "/v1/openapi.json", "", http.StatusOK).body))
	require.NoError(t, err)
	found := map[string]*openapi3.Operation{}
	for _, path := range document.Paths.Map() {
		for _, operation := range path.Operations() {
			if slices.Contains(operation.Tags, tag) {
				found[operation.OperationID] = operation
			}
		}
	}
	return found
}

// keepsOut: nobody without a token, no role that the route is not for, and no other tenant.
func (e *driftEstate) keepsOut(t *testing.T, route driftRoute) {
	t.Helper()
	as := func(who string) func(*request) { return func(asked *request) { asked.as = who } }
	e.expect(t, route.request(as("")), http.StatusUnauthorized)
	e.expect(t, route.request(as("finance_approver")), http.StatusForbidden)
	foreign := e.expect(t, route.request(as("tenant:acme")), route.elsewhere)
	if route.elsewhere == http.StatusOK {
		require.JSONEq(t, `{"items":[]}`, foreign.body, "another tenant's are none")
	}
	if route.missing != "" {
		e.expect(t, route.request(func(asked *request) { asked.path = route.missing }), http.StatusNotFound)
	}
}

// refusesBodies: none, none of its kind, too large ones, and for every member that the document describes one
// that is wrong.
func (e *driftEstate) refusesBodies(t *testing.T, route driftRoute, operation *openapi3.Operation) {
	t.Helper()
	refuse := func(what, body string, status int) {
		got := e.do(t, route.request(saying(body)))
		require.Equal(t, status, got.status, "%s: %.200q: %s", what, body, got.body)
		require.NotContains(t, got.problem(t).Detail, "\n", what)
	}
	if operation.RequestBody.Value.Required {
		refuse("no body", "", http.StatusBadRequest)
	}
	refuse("a huge body", `{"reason":"`+strings.Repeat("x", 32<<20)+`"}`, http.StatusRequestEntityTooLarge)
	refuse("half a body", `{"items":[`, http.StatusBadRequest)
	content := operation.RequestBody.Value.Content.Get("application/json")
	if route.mediaType != "" {
		return
	}
	refuse("a list", `[]`, http.StatusBadRequest)
	refuse("two bodies", route.body+route.body, http.StatusBadRequest)
	refuse("a member twice", `{"reason":"a","reason":"b"}`, http.StatusBadRequest)
	schema := content.Schema.Value
	wrong := func(change func(map[string]any)) string {
		var body map[string]any
		require.NoError(t, json.Unmarshal([]byte(route.body), &body))
		change(body)
		text, err := json.Marshal(body)
		require.NoError(t, err)
		return string(text)
	}
	refuse("an unknown member", wrong(func(body map[string]any) { body["surprise"] = true }), http.StatusBadRequest)
	for _, name := range schema.Required {
		refuse("without "+name, wrong(func(body map[string]any) { delete(body, name) }), http.StatusBadRequest)
	}
	for name, member := range schema.Properties {
		kind := member.Value
		refuse(name+" of another kind", wrong(func(body map[string]any) { body[name] = map[string]any{"a": 1} }), http.StatusBadRequest)
		switch {
		case kind.Enum != nil:
			refuse(name+" that is none", wrong(func(body map[string]any) { body[name] = "bogus" }), http.StatusBadRequest)
		case kind.MaxLength != nil:
			refuse(name+" that is too long", wrong(func(body map[string]any) { body[name] = strings.Repeat("x", int(*kind.MaxLength)+1) }), http.StatusBadRequest)
		case kind.Format == "date-time":
			refuse(name+" that is no time", wrong(func(body map[string]any) { body[name] = "tomorrow" }), http.StatusBadRequest)
		case kind.MaxItems != nil:
			refuse(name+" that are too many", wrong(func(body map[string]any) { body[name] = make([]string, *kind.MaxItems+1) }), http.StatusBadRequest)
		}
	}
}

// repeats: the same key with the same request gives the same answer, with another request, or of somebody
// else, none.
func (e *driftEstate) repeats(t *testing.T, route driftRoute) {
	t.Helper()
	key := with("Idempotency-Key", "once-"+route.path)
	first := e.expect(t, route.request(key), route.status)
	again := e.expect(t, route.request(key), route.status)
	require.Equal(t, first.body, again.body)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.Equal(t, first.header.Get("Location"), again.header.Get("Location"))
	e.expect(t, route.request(key, saying(route.other)), http.StatusUnprocessableEntity)
	if route.as == "security_approver" {
		e.expect(t, route.request(key, func(asked *request) { asked.as = "security_approver_2" }), http.StatusUnprocessableEntity)
	}
	e.settle(t)
}

// pages: cursors lead through everything once, whatever is added meanwhile; a cursor or limit that is none is
// refused, and so is the cursor of another listing.
func (e *driftEstate) pages(t *testing.T, name string, route driftRoute) {
	t.Helper()
	page := func(query string) string {
		separator := "?"
		if strings.Contains(route.path, "?") {
			separator = "&"
		}
		return route.path + separator + query
	}
	for _, query := range []string{"limit=0", "limit=-1", "limit=1001", "limit=many", "cursor=abc", "cursor=" + strings.Repeat("a", 3000)} {
		e.get(t, page(query), route.as, http.StatusBadRequest)
	}
	items := func(query string) (keys []string, next string) {
		var body map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(e.get(t, page(query), route.as, http.StatusOK).body), &body))
		var listed []map[string]any
		require.NoError(t, json.Unmarshal(body[route.list], &listed))
		for _, item := range listed {
			keys = append(keys, fmt.Sprint(item[route.key]))
		}
		if body["next_cursor"] != nil {
			require.NoError(t, json.Unmarshal(body["next_cursor"], &next))
		}
		return keys, next
	}
	all, next := items("limit=1000")
	require.Empty(t, next)
	require.Greater(t, len(all), 2, "there is something to page through")
	whole := slices.Compact(slices.Sorted(slices.Values(all)))
	require.Len(t, whole, len(all))

	walked, cursor := items("limit=1")
	require.Len(t, walked, 1)
	foreign := "/v1/remediations?cursor="
	if name == "listRemediations" {
		foreign = "/v1/drifts?cursor="
	}
	e.get(t, foreign+url.QueryEscape(cursor), route.as, http.StatusBadRequest)
	e.adds(t, name)
	for cursor != "" {
		var more []string
		more, cursor = items("limit=1&cursor=" + url.QueryEscape(cursor))
		walked = append(walked, more...)
	}
	seen := slices.Sorted(slices.Values(walked))
	require.Len(t, slices.Compact(slices.Clone(seen)), len(seen), "nothing comes twice")
	require.Subset(t, seen, whole, "nothing is left out")
}

func TestDecisionsOnWhatMovedOrIsOver(t *testing.T) {
	e := newDriftEstate(t)
	revert := `{"decision":"approve","direction":"revert"}`
	decide := func(about remediation.Remediation, as string, status int, headers ...string) answer {
		t.Helper()
		return e.post(t, "/v1/remediations/"+about.ID+"/decisions", as, revert, status, append([]string{"If-Match", `"` + about.PlanHash + `"`}, headers...)...)
	}
	t.Run("a plan whose resource moved is made anew, and the old hash is worth nothing any more", func(t *testing.T) {
		before := e.plan(t, "sg-0")
		e.moves(t, "sg-0")
		refused := decide(before, "security_approver", http.StatusPreconditionFailed).problem(t)
		require.Contains(t, refused.Detail, "the live state moved under the plan")
		after := e.planAfter(t, before)
		decide(before, "security_approver", http.StatusPreconditionFailed)
		decide(after, "security_approver", http.StatusOK)
		e.becomes(t, "sg-0", remediation.Mended)
		for _, late := range []string{"security_approver", "security_approver_2"} {
			decide(after, late, http.StatusConflict, "Idempotency-Key", "late-"+late)
		}
		decide(after, "security_approver", http.StatusOK) // the very same decision: its answer may have been lost
	})
	t.Run("one approval of two does not become two", func(t *testing.T) {
		about := e.plan(t, "sg-1")
		accept := `{"decision":"approve","direction":"accept"}`
		path, hash := "/v1/remediations/"+about.ID+"/decisions", `"`+about.PlanHash+`"`
		e.post(t, path, "security_approver", accept, http.StatusOK, "If-Match", hash, "Idempotency-Key", "first")
		twice := e.post(t, path, "security_approver", accept, http.StatusConflict, "If-Match", hash, "Idempotency-Key", "second").problem(t)
		require.Contains(t, twice.Detail, "has approved this already")
		e.post(t, path, "security_approver_2", accept, http.StatusOK, "If-Match", hash)
		e.becomes(t, "sg-1", remediation.Declared)
	})
	t.Run("rules over a version that is not the latest", func(t *testing.T) {
		rules := func(body, version string, status int) {
			e.expect(t, put("/v1/drift-rules", "operator", body, "Content-Type", "application/yaml", "If-Match", version), status)
		}
		rules("version: 1\n", `"0"`, http.StatusOK)
		rules("version: 1\nignore: []\n", `"0"`, http.StatusPreconditionFailed)
		rules("version: 1\nignore: []\n", "one", http.StatusPreconditionFailed)
		rules("version: 1\nignore: []\n", `"1"`, http.StatusOK)
	})
}
