package serviceclient_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// BenchmarkChargePage reads pages of 5,000 charges over real HTTP.
func BenchmarkChargePage(b *testing.B) {
	body := []byte(`{"charges":[` + strings.Repeat(fullCharge+",", 4999) + fullCharge + `],"total":5000}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body) }))
	defer server.Close()
	clients, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(server.URL)})
	require.NoError(b, err)
	defer clients.Close()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		page, err := clients.Billing.Charges(b.Context(), september, "")
		require.NoError(b, err)
		require.Len(b, page.Charges, 5000)
	}
}

const fullCharge = `{"source_row":201,"billing_account_id":"111122223333","billing_period":"2026-09","invoice_id":"INV-202609-1111",` +
	`"billing_currency":"USD","charge_period_start":"2026-09-19T00:00:00Z","charge_period_end":"2026-09-20T00:00:00Z",` +
	`"billed_cost":"32.8088321252","effective_cost":"32.8088321252","charge_category":"Usage",` +
	`"charge_description":"Virtual Machines in us-west-2","sub_account_id":"acct-acme","sub_account_name":"acme",` +
	`"service_name":"Virtual Machines","service_category":"Compute","resource_id":"vm-acme-2","resource_name":"acme-data",` +
	`"resource_type":"vm","region_id":"us-west-2","sku_id":"VM-GP-4X","consumed_quantity":"787.676","consumed_unit":"vCPU-Hours",` +
	`"commitment_discount_quantity":null,"tags":{"team":"acme-data","environment":"staging","project":"data"}}`
