package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

// TestExplainAmongTenThousandTenants closes a month of 10,000 tenants and 20 pools and asks for an
// explanation of all cells of one of them: the first answer, too, comes in under 2 s.
func TestExplainAmongTenThousandTenants(t *testing.T) {
	const tenants, pools = 10_000, 20
	s := newStageOn(t, ownTemporal(t))
	platform, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.database, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	s.work(t, platform.Handler())

	var roster, usage, bill, rules strings.Builder
	roster.WriteString("tenant_id,plan\n")
	usage.WriteString("tenant_id,category,quantity\n")
	bill.WriteString("BillingAccountId,BillingPeriodStart,BillingPeriodEnd,BillingCurrency,BilledCost,EffectiveCost,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceCategory\n")
	row := func(account, amount string) {
		fmt.Fprintf(&bill, "1,2024-06-01T00:00:00Z,2024-07-01T00:00:00Z,USD,%s,%s,Usage,2024-06-03T00:00:00Z,2024-06-04T00:00:00Z,%s,Compute\n", amount, amount, account)
	}
	for i := range tenants {
		fmt.Fprintf(&roster, "t-%05d,standard\n", i)
		fmt.Fprintf(&usage, "t-%05d,compute,%d.%d\nt-%05d,storage,%d\n", i, i*7919%1009, i%97, i, i%13)
		row(fmt.Sprintf("t-%05d", i), fmt.Sprintf("%d.%02d", i%500, i%100))
	}
	rules.WriteString(`{"version":1,"mapping":[`)
	for i := range pools {
		fmt.Fprintf(&rules, `{"sub_account_id":"shared-%d","pool":"pool-%02d"},`, i, i)
		row(fmt.Sprintf("shared-%d", i), fmt.Sprintf("%d.37", 100_000+i))
	}
	rules.WriteString(`{"tenant":"{sub_account_id}"}],"pools":[`)
	for i := range pools {
		separator := ","
		if i == pools-1 {
			separator = "]}"
		}
		fmt.Fprintf(&rules, `{"id":"pool-%02d","strategy":"proportional","weight_by_category":{"compute":"0.7","storage":"0.3"}}%s`, i, separator)
	}
	csv := []string{"Content-Type", "text/csv"}
	s.post(t, importsPath+"?kind=tenants", "operator", roster.String(), http.StatusCreated, csv...)
	s.post(t, importsPath+"?kind=usage&period=2024-06", "operator", usage.String(), http.StatusCreated, csv...)
	s.post(t, importsPath+"?kind=focus", "operator", bill.String(), http.StatusCreated, csv...)
	s.post(t, rulesPath, "operator", rules.String(), http.StatusCreated, "Content-Type", "application/json")
	const month = "/v1/books/main/periods/2024-06"
	s.closeMonth(t, month)

	for _, answer := range []string{"first", "second"} {
		explained, took := s.explainTimed(t, month+"/allocations/t-04711/explain")
		t.Logf("the %s answer took %s", answer, took)
		require.Len(t, explained.Cells, pools+1)
		for _, cell := range explained.Cells[1:] {
			require.Len(t, cell.Parts[0].Details.Elements, 3)
			sum := decimal.Zero
			for _, element := range cell.Parts[0].Details.Elements {
				sum = sum.Add(decimal.RequireFromString(element.AllocatedRatio.String()))
			}
			require.Equal(t, "1", sum.String())
		}
		require.Less(t, took.Seconds(), 2.0)
	}
}

func (s *stage) explainTimed(t *testing.T, path string) (api.CellExplanations, time.Duration) {
	t.Helper()
	begin := time.Now()
	got := s.get(t, path, "auditor", http.StatusOK)
	return decode[api.CellExplanations](t, got), time.Since(begin)
}
