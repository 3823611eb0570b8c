package services

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// small makes pages small, so that listings have many.
func small(o *serviceclient.Options) { o.PageSize = 300 }

// charges reads September page by page, retrying each page on its own. It returns the number of
// calls that failed as well.
func (p *platform) charges(t *testing.T) (charges []charge.Charge, failures int) {
	t.Helper()
	for cursor := ""; ; {
		var page closing.ChargePage
		failures += persist(t, func() (err error) {
			page, err = p.Billing.Charges(t.Context(), september, cursor)
			return err
		}) - 1
		charges = append(charges, page.Charges...)
		if cursor = page.Next; cursor == "" {
			require.Len(t, charges, int(page.Total))
			return charges, failures
		}
	}
}

func (p *platform) usage(t *testing.T) (usage []charge.Usage) {
	t.Helper()
	for cursor := ""; ; {
		var page closing.UsagePage
		persist(t, func() (err error) {
			page, err = p.Compute.Usage(t.Context(), september, cursor)
			return err
		})
		usage = append(usage, page.Usage...)
		if cursor = page.Next; cursor == "" {
			return usage
		}
	}
}

func (p *platform) ownership(t *testing.T) (history []tenancy.Ownership) {
	t.Helper()
	for cursor := ""; ; {
		var page closing.OwnershipPage
		persist(t, func() (err error) {
			page, err = p.Compute.Ownership(t.Context(), cursor)
			return err
		})
		history = append(history, page.Ownership...)
		if cursor = page.Next; cursor == "" {
			return history
		}
	}
}

// same compares through JSON, since equal decimals may differ in how they are held.
func same(t *testing.T, want, got any) {
	t.Helper()
	wanted, err := json.Marshal(want)
	require.NoError(t, err)
	gotten, err := json.Marshal(got)
	require.NoError(t, err)
	require.Equal(t, string(wanted), string(gotten))
}

func testTheSampleArrivesWhole(t *testing.T, database string) {
	p := start(t, database, small)
	data := sample.New(sample.DefaultSeed)
	month := data.Months[len(data.Months)-1]

	t.Run("tenants", func(t *testing.T) {
		tenants, err := p.Tenants.Tenants(t.Context())
		require.NoError(t, err)
		same(t, data.Tenants, tenants)
	})
	t.Run("charges", func(t *testing.T) {
		charges, _ := p.charges(t)
		same(t, month.Charges, charges)
	})
	t.Run("control totals", func(t *testing.T) {
		totals, err := p.Billing.ControlTotals(t.Context(), september)
		require.NoError(t, err)
		same(t, month.ControlTotals, totals)
	})
	t.Run("usage", func(t *testing.T) { same(t, month.Usage, p.usage(t)) })
	t.Run("ownership", func(t *testing.T) { same(t, data.Ownership, p.ownership(t)) })
	t.Run("exchange rates", func(t *testing.T) {
		rates, err := p.Billing.ExchangeRates(t.Context(), september)
		require.NoError(t, err)
		same(t, month.ExchangeRates, rates)
	})
	t.Run("reservations, one by one and by owner", func(t *testing.T) {
		all, err := p.Billing.Reservations(t.Context(), "")
		require.NoError(t, err)
		same(t, data.Reservations, all)
		for _, wanted := range data.Reservations {
			found, err := p.Billing.Reservation(t.Context(), wanted.ID)
			require.NoError(t, err)
			same(t, wanted, found)
		}
		own, err := p.Billing.Reservations(t.Context(), "acme")
		require.NoError(t, err)
		same(t, data.Reservations[:1], own)
	})
	t.Run("resources of one tenant and type", func(t *testing.T) {
		page, err := p.State.Resources(t.Context(), infra.ResourceFilter{TenantID: "acme", Types: []string{"AWS::EC2::Instance"}}, "")
		require.NoError(t, err)
		require.Len(t, page.Resources, 2)
		require.Equal(t, "vm-acme-1", page.Resources[0].ID)
		require.Contains(t, string(page.Resources[0].Desired), `"InstanceType":"m6i.xlarge"`)
		require.Contains(t, string(page.Resources[0].Actual), `"InstanceType":"m6i.8xlarge"`)
	})
	t.Run("missing and extra resources lack one configuration", func(t *testing.T) {
		page, err := p.State.Resources(t.Context(), infra.ResourceFilter{}, "")
		require.NoError(t, err)
		lacking := map[string]string{}
		for _, resource := range page.Resources {
			if resource.Desired == nil {
				lacking[resource.ID] = "desired"
			}
			if resource.Actual == nil {
				lacking[resource.ID] = "actual"
			}
		}
		require.Equal(t, map[string]string{"vm-vertex-1": "actual", "db-acme-3": "actual", "vm-unknown-7f3a": "desired"}, lacking)
	})
}

func testHeadersArrive(t *testing.T, database string) {
	p := start(t, database)
	remote := trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{9}, SpanID: trace.SpanID{9}, TraceFlags: trace.FlagsSampled, Remote: true,
	})
	ctx := trace.ContextWithRemoteSpanContext(t.Context(), remote)
	ctx = correlation.WithTenant(correlation.WithID(ctx, "req-42"), "meridian")
	require.NoError(t, p.Monitor.Publish(ctx, "event-1", closing.Event{Kind: "test", Severity: "info", Summary: "hello"}))
	require.NoError(t, p.Compliance.Escalate(ctx, "escalation-1", drift.Escalation{
		ResourceID: "lb-meridian-5", ResourceType: "load_balancer", Severity: "critical", Summary: "open to the world",
	}))

	var log struct {
		Requests []struct {
			Route          string `json:"route"`
			TenantID       string `json:"tenant_id"`
			ServiceName    string `json:"service_name"`
			Traceparent    string `json:"traceparent"`
			IdempotencyKey string `json:"idempotency_key"`
		} `json:"requests"`
	}
	response := p.control(t, http.MethodGet, "/sandbox/v1/requests?correlation_id=req-42", "")
	require.NoError(t, json.NewDecoder(response.Body).Decode(&log))
	require.Len(t, log.Requests, 2)
	require.Equal(t, "event-1", log.Requests[0].IdempotencyKey)
	require.Equal(t, "escalation-1", log.Requests[1].IdempotencyKey)
	for _, request := range log.Requests {
		require.Equal(t, "meridian", request.TenantID)
		require.Equal(t, "omnicloud", request.ServiceName)
		require.Contains(t, request.Traceparent, remote.TraceID().String())
	}
}
