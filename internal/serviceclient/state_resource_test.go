package serviceclient_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

const oneResource = `{"resource_id":"vm-1","resource_type":"vm","tenant_id":"acme","version":7,"state":"active",` +
	`"desired":{"n":1.10},"actual":null,"depends_on":["vpc-1"],"updated_at":"2026-11-28T12:00:00Z"}`

func someUpdate() infra.Update {
	return infra.Update{ID: "vm-1", Version: 7, Side: infra.SideActual, Changes: []infra.Change{
		{Path: "n", Value: json.RawMessage("null")}, {Path: "m", Remove: true},
	}}
}

// stateCalls makes each of the calls about one resource.
func stateCalls(state *serviceclient.State) map[string]func(context.Context) (infra.Resource, error) {
	return map[string]func(context.Context) (infra.Resource, error){
		"read": func(ctx context.Context) (infra.Resource, error) { return state.Read(ctx, "vm-1") },
		"create": func(ctx context.Context) (infra.Resource, error) {
			return state.Create(ctx, "k", infra.Resource{ID: "vm-1", Type: "vm", Desired: json.RawMessage(`{}`), Version: 3, State: infra.Deleted})
		},
		"update": func(ctx context.Context) (infra.Resource, error) { return state.Update(ctx, "k", someUpdate()) },
		"delete": func(ctx context.Context) (infra.Resource, error) { return state.Delete(ctx, "k", "vm-1", 7) },
	}
}

func TestStateResource(t *testing.T) {
	var method, path, match, body string
	state := serve(t, func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		method, path, match, body = r.Method, r.URL.Path, r.Header.Get("If-Match"), string(text)
		answer(http.StatusOK, oneResource)(w, r)
	}).State
	for name, want := range map[string]struct{ method, path, match, body string }{
		"read":   {http.MethodGet, "/state/v1/resources/vm-1", "", ""},
		"create": {http.MethodPost, "/state/v1/resources", "", `{"resource_id":"vm-1","resource_type":"vm","desired":{}}`},
		"update": {http.MethodPatch, "/state/v1/resources/vm-1", `"7"`, `{"side":"actual","changes":[{"path":"n","value":null},{"path":"m","remove":true}]}`},
		"delete": {http.MethodDelete, "/state/v1/resources/vm-1", `"7"`, ""},
	} {
		t.Run(name+" sends what the description asks for", func(t *testing.T) {
			resource, err := stateCalls(state)[name](t.Context())
			require.NoError(t, err)
			require.Equal(t, want.method+" "+want.path, method+" "+path)
			require.Equal(t, want.match, match)
			require.Equal(t, want.body, body)
			require.EqualValues(t, 7, resource.Version)
			require.Equal(t, `{"n":1.10}`, string(resource.Desired), "to the digit")
			require.Nil(t, resource.Actual)
			require.Equal(t, []string{"vpc-1"}, resource.DependsOn)
		})
	}
}

func TestStateRefusals(t *testing.T) {
	for status, code := range map[int]fault.Code{
		http.StatusNotFound: fault.NotFound, http.StatusConflict: fault.Conflict,
		http.StatusPreconditionFailed: fault.PreconditionFailed, http.StatusServiceUnavailable: fault.Unavailable,
		http.StatusTooManyRequests: fault.RateLimited, http.StatusBadRequest: fault.Upstream,
	} {
		state := serve(t, answer(status, `{"detail":"no"}`)).State
		for name, call := range stateCalls(state) {
			t.Run(name+" answered "+http.StatusText(status), func(t *testing.T) {
				_, err := call(t.Context())
				coded, called := parts(t, err)
				require.Equal(t, code, coded.Code)
				require.Equal(t, status, called.Status)
				require.Equal(t, code == fault.Unavailable || code == fault.RateLimited, coded.Retryable)
			})
		}
	}
	for name, body := range map[string]string{
		"another resource":      `{"resource_id":"vm-2","resource_type":"vm","version":1}`,
		"no version":            `{"resource_id":"vm-1","resource_type":"vm"}`,
		"no type":               `{"resource_id":"vm-1","version":1}`,
		"an unknown state":      `{"resource_id":"vm-1","resource_type":"vm","version":1,"state":"gone"}`,
		"a list":                `[]`,
		"a configuration of 7":  `{"resource_id":"vm-1","resource_type":"vm","version":1,"actual":7}`,
		"a version in words":    `{"resource_id":"vm-1","resource_type":"vm","version":"one"}`,
		"two resources at once": oneResource + oneResource,
	} {
		state := serve(t, answer(http.StatusOK, body)).State
		for verb, call := range stateCalls(state) {
			t.Run(verb+" answered with "+name, func(t *testing.T) {
				_, err := call(t.Context())
				require.True(t, fault.Is(err, fault.Upstream), "%v", err)
			})
		}
	}
	t.Run("what cannot be right is not sent", func(t *testing.T) {
		state := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }).State
		_, err := state.Delete(t.Context(), "k", "vm-1", 0)
		require.True(t, fault.Is(err, fault.PreconditionRequired), "%v", err)
		_, err = state.Read(t.Context(), "..")
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		_, err = state.Delete(t.Context(), "k", "a/b", 1)
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		unbound := someUpdate()
		unbound.Version = 0
		_, err = state.Update(t.Context(), "k", unbound)
		require.True(t, fault.Is(err, fault.PreconditionRequired), "%v", err)
		_, err = state.Create(t.Context(), "k", infra.Resource{ID: "vm-1", Type: "vm"})
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		_, err = state.Update(t.Context(), "", someUpdate())
		require.True(t, fault.Is(err, fault.Internal), "%v", err)
	})
}
