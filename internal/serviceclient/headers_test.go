package serviceclient_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// everyCall makes one call of each method.
func everyCall(clients *serviceclient.Clients) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"GET /tenants/v1/tenants": func(ctx context.Context) error { _, err := clients.Tenants.Tenants(ctx); return err },
		"GET /billing/v1/charges": func(ctx context.Context) error {
			_, err := clients.Billing.Charges(ctx, september, "")
			return err
		},
		"GET /billing/v1/control-totals": func(ctx context.Context) error {
			_, err := clients.Billing.ControlTotals(ctx, september)
			return err
		},
		"POST /billing/v1/postings": func(ctx context.Context) error {
			return clients.Billing.Post(ctx, "key-1", closing.Posting{Book: "main"})
		},
		"GET /compute/v1/usage": func(ctx context.Context) error {
			_, err := clients.Compute.Usage(ctx, september, "")
			return err
		},
		"GET /compute/v1/ownership": func(ctx context.Context) error {
			_, err := clients.Compute.Ownership(ctx, "")
			return err
		},
		"GET /state/v1/resources": func(ctx context.Context) error {
			_, err := clients.State.Resources(ctx, infra.ResourceFilter{}, "")
			return err
		},
		"GET /state/v1/resources/vm-1": func(ctx context.Context) error {
			_, err := clients.State.Read(ctx, "vm-1")
			return err
		},
		"POST /state/v1/resources": func(ctx context.Context) error {
			_, err := clients.State.Create(ctx, "key-1", infra.Resource{ID: "vm-1", Type: "vm", Desired: json.RawMessage("{}")})
			return err
		},
		"PATCH /state/v1/resources/vm-1": func(ctx context.Context) error {
			_, err := clients.State.Update(ctx, "key-1", infra.Update{
				ID: "vm-1", Version: 3, Side: infra.SideActual, Changes: []infra.Change{{Path: "n", Remove: true}},
			})
			return err
		},
		"DELETE /state/v1/resources/vm-1": func(ctx context.Context) error {
			_, err := clients.State.Delete(ctx, "key-1", "vm-1", 3)
			return err
		},
		"POST /monitor/v1/events": func(ctx context.Context) error {
			return clients.Monitor.Publish(ctx, "key-1", closing.Event{Kind: "test"})
		},
		"POST /compliance/v1/escalations": func(ctx context.Context) error {
			return clients.Compliance.Escalate(ctx, "key-1", drift.Escalation{ResourceID: "vm-1"})
		},
	}
}

// emptyLists answers every call: an empty page of anything, and one resource.
const emptyLists = `{"resource_id":"vm-1","resource_type":"vm","version":4,"tenants":[],"charges":[],"control_totals":[],"usage":[],"ownership":[],"resources":[],"total":0}`

func TestHeaders(t *testing.T) {
	var seen *http.Request
	clients := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r
		answer(http.StatusOK, emptyLists)(w, r)
	}, func(o *serviceclient.Options) { o.ServiceName = "omnicloud-worker" })

	remote := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5, 6}, TraceFlags: trace.FlagsSampled, Remote: true,
	})
	full := trace.ContextWithRemoteSpanContext(t.Context(), remote)
	full = correlation.WithTenant(correlation.WithID(full, "req-2026-1"), "acme")

	for route, call := range everyCall(clients) {
		t.Run(route+" forwards what the context carries", func(t *testing.T) {
			require.NoError(t, call(full))
			require.Equal(t, route, seen.Method+" "+seen.URL.Path)
			require.Equal(t, "req-2026-1", seen.Header.Get("X-Correlation-ID"))
			require.Equal(t, "acme", seen.Header.Get("X-Tenant-ID"))
			require.Equal(t, "omnicloud-worker", seen.Header.Get("X-Service-Name"))
			require.True(t, strings.HasPrefix(seen.Header.Get("Traceparent"), "00-"+remote.TraceID().String()+"-"),
				"traceparent %q", seen.Header.Get("Traceparent"))
			if seen.Method != http.MethodGet {
				require.Equal(t, "key-1", seen.Header.Get("Idempotency-Key"))
			}
			switch seen.Method {
			case http.MethodPost, http.MethodPatch:
				require.Equal(t, "application/json", seen.Header.Get("Content-Type"))
			case http.MethodGet:
				require.Empty(t, seen.Header.Get("Idempotency-Key"))
			}
			if seen.Method == http.MethodPatch || seen.Method == http.MethodDelete {
				require.Equal(t, `"3"`, seen.Header.Get("If-Match"), "what is changed is bound to a version")
			}
		})
		t.Run(route+" makes no correlation id or tenant of its own", func(t *testing.T) {
			require.NoError(t, call(t.Context()))
			require.NotContains(t, seen.Header, "X-Correlation-Id")
			require.NotContains(t, seen.Header, "X-Tenant-Id")
		})
	}
}

func TestWritesNeedAKey(t *testing.T) {
	clients := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the write was sent") })
	for name, key := range map[string]string{
		"none": "", "with a space": "a b", "with a line end": "a\nb", "too long": strings.Repeat("k", 256),
	} {
		t.Run(name, func(t *testing.T) {
			err := clients.Billing.Post(t.Context(), key, closing.Posting{})
			require.True(t, fault.Is(err, fault.Internal), "%v", err)
		})
	}
}

func TestAddresses(t *testing.T) {
	for _, bad := range []string{"", "127.0.0.1:8090", "ftp://host/billing", "/billing", "http://"} {
		t.Run(bad, func(t *testing.T) {
			urls := serviceclient.URLsUnder("http://127.0.0.1:8090")
			urls.Billing = bad
			_, err := serviceclient.New(serviceclient.Options{URLs: urls})
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.ErrorContains(t, err, "--billing-url")
		})
	}
}
