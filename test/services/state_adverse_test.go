package services

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// oddities are what PostgreSQL's jsonb, a float or a careless path would lose.
const oddities = `{"nul":"\u0000","big":9007199254740993,"huge":1e400,"tiny":-1e-400,"a.b[0]\"c":{"":[1.10,null,{}]},"ключ":"値 <&>\u2028","empty":""}`

func testTheStateServiceUnderStrangeInput(t *testing.T, database string) {
	p := start(t, database)
	t.Run("nothing of a strange configuration is lost on the way", func(t *testing.T) {
		created, err := p.State.Create(t.Context(), "odd", infra.Resource{ID: "odd", Type: "test", TenantID: "acme", Desired: json.RawMessage(oddities), Actual: json.RawMessage(oddities)})
		require.NoError(t, err)
		written, err := p.State.Update(t.Context(), "odd-1", infra.Update{ID: "odd", Version: created.Version, Side: infra.SideActual, Changes: []infra.Change{
			{Path: `["a.b[0]\"c"][""][3]`, Value: json.RawMessage(`1e400`)}, {Path: `ключ`, Remove: true}, {Path: `["x\u0000y"]`, Value: json.RawMessage(`"\u0000"`)},
		}})
		require.NoError(t, err)
		read := p.read(t, "odd")
		for side, c := range map[string]struct {
			text  json.RawMessage
			holds []string
		}{
			"desired": {read.Desired, []string{`"nul":"\u0000"`, `"big":9007199254740993`, `"huge":1e400`, `"tiny":-1e-400`, `"a.b[0]\"c":{"":[1.10,null,{}]}`}},
			"actual":  {read.Actual, []string{`"a.b[0]\"c":{"":[1.10,null,{},1e400]}`, `"x\u0000y":"\u0000"`, `"big":9007199254740993`}},
			"written": {written.Actual, []string{`1e400`}},
		} {
			for _, part := range c.holds {
				require.Contains(t, string(c.text), part, side)
			}
		}
		require.NotContains(t, string(read.Actual), "ключ")
	})
	t.Run("the largest configurations are listed and changed", func(t *testing.T) {
		large := json.RawMessage(`{"a":"` + strings.Repeat("<", infra.MaxConfigurationBytes-200) + `"}`)
		for n := range 6 {
			id := fmt.Sprint("large-", n)
			_, err := p.State.Create(t.Context(), id, infra.Resource{ID: id, Type: "large", TenantID: "acme", Desired: large, Actual: large})
			require.NoError(t, err)
		}
		count := 0
		for cursor := ""; ; {
			page, err := p.State.Resources(t.Context(), infra.ResourceFilter{TenantID: "acme", Types: []string{"large"}}, cursor)
			require.NoError(t, err)
			count += len(page.Resources)
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		require.Equal(t, 6, count)
		action := infra.Action{Type: infra.ActionUpdate, ResourceID: "large-0", Changes: []infra.Change{{Path: "b", Value: json.RawMessage("1")}}}
		_, err := p.reconciler().Reconcile(t.Context(), infra.Run{ID: "large", Actions: []infra.Action{action}})
		require.NoError(t, err)
		_, err = p.State.Create(t.Context(), "too-large", infra.Resource{ID: "too-large", Type: "large", Actual: json.RawMessage(`{"a":"` + strings.Repeat("x", infra.MaxConfigurationBytes) + `"}`)})
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	})
	t.Run("what cannot be answered is refused, and is no failure of the service", func(t *testing.T) {
		for name, c := range map[string]struct{ method, path, key, match, body string }{
			"a NUL in a tenant":         {http.MethodGet, "/state/v1/resources?tenant_id=%00", "", "", ""},
			"a NUL in a type":           {http.MethodGet, "/state/v1/resources?type=a%00b", "", "", ""},
			"a type that is no UTF-8":   {http.MethodGet, "/state/v1/resources?type=%ff", "", "", ""},
			"a tenant that is no UTF-8": {http.MethodGet, "/state/v1/resources?tenant_id=%ff", "", "", ""},
			"a NUL in an id":            {http.MethodGet, "/state/v1/resources/a%00b", "", "", ""},
			"a state that is none":      {http.MethodGet, "/state/v1/resources?state=%00", "", "", ""},
			"a cursor of a NUL":         {http.MethodGet, "/state/v1/resources?cursor=MToA", "", "", ""},
			"a key that is no UTF-8":    {http.MethodPost, "/state/v1/resources", "\xff\xfe", "", `{"resource_id":"k1","resource_type":"t","actual":{}}`},
			"NaN":                       {http.MethodPost, "/state/v1/resources", "nan", "", `{"resource_id":"nan","resource_type":"t","actual":{"a":NaN}}`},
			"half a character":          {http.MethodPost, "/state/v1/resources", "half", "", "{\"resource_id\":\"half\",\"resource_type\":\"t\",\"actual\":{\"a\":\"\xff\"}}"},
			"a list":                    {http.MethodPost, "/state/v1/resources", "list", "", `{"resource_id":"list","resource_type":"t","actual":[1]}`},
			"a NUL in why":              {http.MethodPost, "/state/v1/resources", "why", "", `{"resource_id":"why","resource_type":"t","actual":{},"unreadable":"\u0000"}`},
			"an endless nest":           {http.MethodPost, "/state/v1/resources", "nest", "", `{"resource_id":"nest","resource_type":"t","actual":{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}}`},
			"a path into nothing":       {http.MethodPatch, "/state/v1/resources/odd", "p1", `"2"`, `{"side":"actual","changes":[{"path":"nul.x","value":1}]}`},
			"two changes of one place":  {http.MethodPatch, "/state/v1/resources/odd", "p2", `"2"`, `{"side":"actual","changes":[{"path":"a","value":1},{"path":"a.b","value":1}]}`},
			"a change beyond a list":    {http.MethodPatch, "/state/v1/resources/odd", "p3", `"2"`, `{"side":"actual","changes":[{"path":"l[99999999]","value":1}]}`},
			"a weak tag":                {http.MethodPatch, "/state/v1/resources/odd", "p4", `W/"2"`, `{"side":"actual","changes":[{"path":"a","value":1}]}`},
		} {
			t.Run(name, func(t *testing.T) {
				request, err := http.NewRequestWithContext(t.Context(), c.method, p.url+c.path, strings.NewReader(c.body))
				require.NoError(t, err)
				request.Header.Set("Idempotency-Key", c.key)
				request.Header.Set("If-Match", c.match)
				response, err := http.DefaultClient.Do(request)
				require.NoError(t, err)
				defer func() { _ = response.Body.Close() }()
				text, err := io.ReadAll(response.Body)
				require.NoError(t, err)
				require.GreaterOrEqual(t, response.StatusCode, 400, "%s", text)
				require.Less(t, response.StatusCode, 500, "%s", text)
			})
		}
	})
	t.Run("a correlation id of any bytes harms nothing", func(t *testing.T) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/state/v1/resources", strings.NewReader(`{"resource_id":"corr","resource_type":"t","actual":{}}`))
		require.NoError(t, err)
		request.Header.Set("Idempotency-Key", "corr")
		request.Header.Set("X-Correlation-ID", "\xff\xfe")
		request.Header.Set("X-Service-Name", "\xff")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		require.Less(t, response.StatusCode, 500)
	})
}
