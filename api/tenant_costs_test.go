package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	exact "github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// taggedBill is two months of a sub-account per tenant and a shared one.
const taggedBill = `BillingAccountId,BillingPeriodStart,BillingCurrency,BilledCost,EffectiveCost,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ServiceCategory,ResourceId,Tags
1,2025-09-01T00:00:00Z,USD,10,10,Usage,2025-09-01T00:00:00Z,2025-09-02T00:00:00Z,acme,EC2,Compute,vm-1,"{""Team"":""web"",""env"":""prod""}"
1,2025-09-01T00:00:00Z,USD,4,4,Usage,2025-09-08T00:00:00Z,2025-09-09T00:00:00Z,acme,EC2,Compute,vm-2,"{""team "":""data"",""env"":""NULL""}"
1,2025-09-01T00:00:00Z,USD,1,1,Usage,2025-09-08T00:00:00Z,2025-09-09T00:00:00Z,globex,S3,Storage,b-1,
1,2025-09-01T00:00:00Z,USD,3,3,Usage,2025-09-02T00:00:00Z,2025-09-03T00:00:00Z,shared,EC2,Compute,log-1,"{""team"":""platform""}"
1,2025-10-01T00:00:00Z,USD,2,2,Usage,2025-10-05T00:00:00Z,2025-10-06T00:00:00Z,acme,EC2,Compute,vm-1,"{""team"":""web""}"
1,2025-10-01T00:00:00Z,EUR,5,5,Usage,2025-10-05T00:00:00Z,2025-10-06T00:00:00Z,acme,EC2,Compute,vm-9,
`

const taggedRules = `version: 1
mapping:
  - {sub_account: shared, pool: logging}
  - {tenant: "{sub_account_id}"}
pools:
  - {id: logging, category: support, strategy: equal}
`

// tagged imports the bill with its tenants and rules.
func (s *stage) tagged(t *testing.T) {
	t.Helper()
	csv := []string{"Content-Type", "text/csv"}
	s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nacme,free\nglobex,free\n", http.StatusCreated, csv...)
	s.post(t, importsPath+"?kind=focus", "operator", taggedBill, http.StatusCreated, csv...)
	s.post(t, rulesPath, "operator", taggedRules, http.StatusCreated, "Content-Type", "application/yaml")
}

// history writes a history as "period total", open periods with a star.
func (s *stage) history(t *testing.T, path, as string) []string {
	t.Helper()
	var rows []string
	for _, row := range decode[api.TenantCosts](t, s.get(t, path, as, http.StatusOK)).Items {
		text := row.AllocationMetadata["period"] + " " + row.TotalAllocated.String()
		if row.Provisional {
			text += "*"
		}
		if !row.Known {
			text += "?"
		}
		rows = append(rows, text)
	}
	return rows
}

const (
	costsPath  = "/v1/tenants/acme/costs"
	byTagsPath = costsPath + "/by-tags"
)

func TestTenantCosts(t *testing.T) {
	s := newStage(t)
	s.tagged(t)
	t.Run("of open months are what their inputs come to", func(t *testing.T) {
		for _, as := range []string{"tenant:acme", "auditor"} {
			require.Equal(t, []string{"2025-08 0?", "2025-09 15.5*", "2025-10 2*"}, s.history(t, costsPath+"?periods=3&until=2025-10", as))
		}
	})
	t.Run("come by week and by day, gaps included", func(t *testing.T) {
		require.Equal(t, []string{"2025-W35 0?", "2025-W36 11.5*", "2025-W37 4*"},
			s.history(t, costsPath+"?granularity=weekly&periods=3&until=2025-09-15T00:00:00Z", "auditor"))
		require.Equal(t, []string{"2025-09-01 10*", "2025-09-02 1.5*", "2025-09-03 0*"},
			s.history(t, costsPath+"?granularity=daily&periods=3&until=2025-09-04T00:00:00Z", "auditor"))
	})
	t.Run("name their parts", func(t *testing.T) {
		shown := decode[api.TenantCosts](t, s.get(t, costsPath+"?periods=2&until=2025-10", "tenant:acme", http.StatusOK))
		require.Equal(t, "USD", shown.Currency)
		require.Equal(t, allocation.Monthly, shown.Granularity)
		require.Equal(t, map[string]string{"compute": "14", "support": "1.5"}, amountTexts(shown.Items[0].Breakdown))
		require.Equal(t, "EUR", shown.Items[1].AllocationMetadata["other_currencies"], "what is left out is said")
	})
	t.Run("judge a cost that is given", func(t *testing.T) {
		judged := func(cost string) []api.CostAnomaly {
			path := "/v1/tenants/acme/anomalies?lookback_periods=2&period=2025-11&current_period_cost=" + cost
			return decode[api.TenantAnomalies](t, s.get(t, path, "tenant:acme", http.StatusOK)).Items
		}
		require.Empty(t, judged("1"))
		found := judged("1000000.25")
		require.NotEmpty(t, found)
		require.Equal(t, "1000000.25", found[0].Actual.String())
	})
	t.Run("of months to come are not listed", func(t *testing.T) {
		require.Empty(t, s.history(t, costsPath+"?periods=2&until=2200-01", "tenant:acme"))
	})
	t.Run("end with the last ended period by default", func(t *testing.T) {
		shown := decode[api.TenantCosts](t, s.get(t, costsPath, "tenant:acme", http.StatusOK))
		require.Len(t, shown.Items, 12)
		require.True(t, shown.Items[0].PeriodStart.Before(shown.Items[11].PeriodStart))
	})
	t.Run("follow the inputs and the rules", func(t *testing.T) {
		s.post(t, importsPath+"?kind=focus&append=true", "operator", strings.Join(strings.Split(taggedBill, "\n")[:2], "\n"),
			http.StatusCreated, "Content-Type", "text/csv")
		require.Equal(t, []string{"2025-09 25.5*"}, s.history(t, costsPath+"?periods=1&until=2025-09", "tenant:acme"))
	})
	t.Run("of an approved month are its result's", func(t *testing.T) {
		ref, hash := s.await(t, september, "operator", "system")
		require.NoError(t, s.costs(t, ref, "77"))
		require.Equal(t, []string{"2025-09 25.5*"}, s.history(t, costsPath+"?periods=1&until=2025-09", "auditor"), "nobody approved it yet")
		s.publish(t, ref, hash)
		for _, as := range []string{"tenant:acme", "auditor"} {
			require.Equal(t, []string{"2025-09 77"}, s.history(t, costsPath+"?periods=1&until=2025-09", as))
		}
	})
	t.Run("of a foreign tenant are not found", func(t *testing.T) {
		s.get(t, "/v1/tenants/globex/costs", "tenant:acme", http.StatusNotFound)
		s.get(t, "/v1/tenants/nobody/costs", "tenant:acme", http.StatusNotFound)
		s.get(t, "/v1/tenants/nobody/costs", "auditor", http.StatusNotFound)
		s.get(t, costsPath, "security_approver", http.StatusForbidden)
	})
	for _, wrong := range []string{"granularity=hourly", "periods=0", "periods=401", "until=yesterday", "book=none"} {
		t.Run("refuse "+wrong, func(t *testing.T) {
			got := s.do(t, request{method: http.MethodGet, path: costsPath + "?" + wrong, as: "auditor"})
			require.Contains(t, []int{http.StatusBadRequest, http.StatusNotFound}, got.status, got.body)
		})
	}
}

// costs stores that acme bore an amount in a month.
func (s *stage) costs(t *testing.T, ref closing.AttemptRef, amount string) error {
	t.Helper()
	days := exact.NewSums(30)
	days.AddDecimal(0, money(amount))
	return postgres.NewCosts(s.pool).StoreCosts(t.Context(), ref, "hash", func(sink allocation.CostSink) error {
		return sink.Months([]allocation.CostMonth{{Account: "acme", Category: allocation.CategoryCompute, Currency: "USD", Days: days}})
	})
}

func TestTenantCostsByTags(t *testing.T) {
	s := newStage(t)
	s.tagged(t)
	ask := func(t *testing.T, as, body string) api.CostsByTags {
		t.Helper()
		return decode[api.CostsByTags](t, s.post(t, byTagsPath, as, body, http.StatusOK))
	}
	t.Run("group by a key and sum to what was borne", func(t *testing.T) {
		for _, as := range []string{"tenant:acme", "auditor"} {
			shown := ask(t, as, `{"group_by":["TEAM"],"from":"2025-09","to":"2025-10"}`)
			require.Equal(t, map[string]string{"team:web": "12", "team:data": "4", "team:@untagged": "1.5"}, amountTexts(shown.Groups))
			require.Equal(t, "17.5", shown.Total.String())
			require.Equal(t, "1.5", shown.Shared.String())
			require.Equal(t, map[string][]string{"team": {"Team", "team", "team "}}, shown.Spellings)
			require.Equal(t, []string{"EUR"}, shown.OtherCurrencies)
			require.True(t, shown.Provisional)
		}
	})
	t.Run("demand all tags", func(t *testing.T) {
		shown := ask(t, "auditor", `{"tags":[{"key":"team","value":"web"},{"key":"Env"}],"from":"2025-09"}`)
		require.Equal(t, map[string]string{"team:web,env:prod": "10"}, amountTexts(shown.Groups))
		require.Equal(t, []allocation.CostTag{{Key: "team", Value: "web"}, {Key: "env", Value: "prod"}}, shown.Combinations[0].Tags)
	})
	t.Run("are cut at days, and sum to the days of the history", func(t *testing.T) {
		total, first := decimal.Zero, september.Start()
		for day := range 30 {
			date := first.AddDate(0, 0, day).Format(time.DateOnly)
			shown := ask(t, "tenant:acme", `{"group_by":["team"],"from":"`+date+`","to":"`+date+`"}`)
			history := s.history(t, costsPath+"?granularity=daily&periods=1&until="+first.AddDate(0, 0, day+1).Format(time.RFC3339), "tenant:acme")
			require.Equal(t, []string{date + " " + shown.Total.String() + "*"}, history)
			total = total.Add(shown.Total)
			rest := ask(t, "auditor", `{"group_by":["team"],"from":"`+date+`","to":"2025-09"}`)
			require.Equal(t, "15.5", total.Add(rest.Total).Sub(shown.Total).String())
			require.Empty(t, shown.UnknownMonths)
		}
		require.Equal(t, "15.5", total.String())
		shown := ask(t, "auditor", `{"group_by":["team"],"from":"2025-09-01T00:00:00Z","to":"2025-09-03T00:00:00Z"}`)
		require.Equal(t, map[string]string{"team:web": "10", "team:@untagged": "1.5"}, amountTexts(shown.Groups))
		require.Equal(t, "1.5", shown.Shared.String())
	})
	t.Run("say of which months nothing is known", func(t *testing.T) {
		shown := ask(t, "auditor", `{"group_by":["team"],"from":"2025-07-20","to":"2025-09-01"}`)
		require.Equal(t, []period.Period{period.New(2025, time.July), period.New(2025, time.August)}, shown.UnknownMonths)
		require.Equal(t, "10", shown.Total.String())
	})
	t.Run("find nothing where nothing matches", func(t *testing.T) {
		shown := ask(t, "auditor", `{"tags":[{"key":"team","value":"nobody"}],"from":"2025-09"}`)
		require.Empty(t, shown.Groups)
		require.True(t, shown.Total.IsZero())
	})
	t.Run("of a foreign tenant are not found", func(t *testing.T) {
		s.post(t, "/v1/tenants/globex/costs/by-tags", "tenant:acme", `{"group_by":["team"],"from":"2025-09"}`, http.StatusNotFound)
	})
	for name, body := range map[string]string{
		"nothing to go by":    `{"from":"2025-09"}`,
		"a month that is not": `{"group_by":["team"],"from":"2025-13"}`,
		"an end before":       `{"group_by":["team"],"from":"2025-09","to":"2025-08"}`,
		"a time of day":       `{"group_by":["team"],"from":"2025-09-02T06:00:00Z"}`,
		"a day that is not":   `{"group_by":["team"],"from":"2025-09-31"}`,
		"a key twice":         `{"group_by":["team","Team"],"from":"2025-09"}`,
		"an unknown member":   `{"group_by":["team"],"from":"2025-09","by":"day"}`,
	} {
		t.Run("refuse "+name, func(t *testing.T) {
			s.post(t, byTagsPath, "auditor", body, http.StatusBadRequest)
		})
	}
}

func amountTexts(amounts map[string]decimal.Decimal) map[string]string {
	texts := make(map[string]string, len(amounts))
	for key, amount := range amounts {
		texts[key] = amount.String()
	}
	return texts
}
