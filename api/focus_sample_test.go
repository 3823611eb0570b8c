package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

const (
	sampleMonth = "/v1/books/main/periods/2024-09"
	sampleHead  = `"AvailabilityZone","BilledCost","BillingAccountId","BillingAccountName","BillingCurrency","BillingPeriodEnd","BillingPeriodStart",` +
		`"ChargeCategory","ChargeClass","ChargeDescription","ChargeFrequency","ChargePeriodEnd","ChargePeriodStart","CommitmentDiscountId",` +
		`"CommitmentDiscountStatus","ConsumedQuantity","ConsumedUnit","ContractedCost","EffectiveCost","InvoiceIssuerName","ListCost","PricingCategory",` +
		`"ProviderName","PublisherName","RegionId","ResourceId","ResourceName","ResourceType","ServiceCategory","Id","ServiceName","SkuId",` +
		`"SubAccountId","SubAccountName","Tags"` + "\n"
	sampleRules = `version: 1
mapping:
  - {service: ["*Support*"], pool: support}
  - {sub_account_name: "Shared *", pool: platform}
  - {tag: {business_unit: "*"}, tenant: "{tag:business_unit}"}
  - {sub_account_name: "Atlas Nimbus", tenant: atlas}
pools:
  - {id: platform, category: shared, strategy: proportional, weight_by_category: {compute: "0.7", storage: "0.3"}}
  - {id: support, category: support, strategy: tiered}
`
)

// sampleRow is a line as real exports have them: NULL for what is absent, eleven digits behind the point,
// times without a zone, tags as JSON with spaces.
func sampleRow(id, month int, cost, account, service, resource, tags string) string {
	start := time.Date(2024, time.Month(month), 1+id%28, id%24, 0, 0, 0, time.UTC)
	const layout = "2006-01-02 15:04:05"
	if tags != "NULL" {
		tags = `"` + strings.ReplaceAll(tags, `"`, `""`) + `"`
	}
	return fmt.Sprintf(`NULL,%s,"1234567890123","SunBird","USD","2024-%02d-01 00:00:00","2024-%02d-01 00:00:00","Usage",NULL,"$0.40 per million requests, in Tier1","Usage-Based",`+
		`"%s","%s",NULL,NULL,2.000000000000000,"Requests",0.00000000000,%s,"Cloud, Inc.",%s,"Standard","Cloud","Cloud, Inc.","us-west-2",%s,NULL,NULL,"Compute",%d,"%s","G95FST5F","%s","%s",%s`+"\n",
		cost, month+1, month, start.Add(time.Hour).Format(layout), start.Format(layout), cost, cost, resource, id, service, account, account, tags)
}

func sampleBill() string {
	bill := strings.Builder{}
	bill.WriteString(sampleHead)
	units := []string{"vienna", " Vienna", "osaka", "lima"}
	for i := range 60 {
		cost := fmt.Sprintf("%d.%011d", i%7, 80*i+9)
		switch i % 6 {
		case 0:
			bill.WriteString(sampleRow(i, 9, cost, "Atlas Nimbus", "Simple Queue", "NULL", "NULL"))
		case 1:
			bill.WriteString(sampleRow(i, 9, cost, "Shared Core", "Load Balancing", `"arn:lb:app/tungsten"`, "NULL"))
		case 2:
			bill.WriteString(sampleRow(i, 9, cost, "Zenith", "Business Support", "NULL", "NULL"))
		default:
			tags := fmt.Sprintf(`{"application": "Matrix", "environment": "dev", "business_unit": "%s"}`, strings.TrimSpace(strings.ToLower(units[i%4])))
			bill.WriteString(sampleRow(i, 9, cost, "Zenith", "Virtual Machines", fmt.Sprintf(`"arn:vm:%d"`, i%5), tags))
		}
	}
	bill.WriteString(sampleRow(61, 9, "-0.00000000001", "Nobody", "Simple Queue", "NULL", "NULL"))
	bill.WriteString(sampleRow(62, 10, "0.00000080000", "Atlas Nimbus", "Simple Queue", "NULL", "NULL"))
	return bill.String()
}

// TestFocusSample imports a bill of two billing periods in the shape of real exports, closes the first,
// restates it with a credit and with usage that came late, and hands both revisions on.
func TestFocusSample(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	platform, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.database, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	s.work(t, platform.Handler())
	csvFile := []string{"Content-Type", "text/csv"}
	s.post(t, importsPath+"?kind=tenants", "operator", "tenant_id,plan,active_from,active_until\natlas,enterprise,,\nvienna,standard,,2024-09-20T00:00:00Z\nosaka,free,,\nlima,premium,,\n", http.StatusCreated, csvFile...)
	s.post(t, importsPath+"?kind=usage&period=2024-09", "operator", "tenant_id,category,quantity\natlas,compute,3\nvienna,compute,1\nosaka,storage,5\nlima,storage,0.25\n", http.StatusCreated, csvFile...)
	s.post(t, importsPath+"?kind=focus", "operator", sampleBill(), http.StatusCreated, csvFile...)
	s.post(t, rulesPath, "operator", sampleRules, http.StatusCreated, "Content-Type", "application/yaml")
	s.post(t, sampleMonth+"/close", "operator", "", http.StatusAccepted)
	first := s.approvedMonth(t, sampleMonth)
	require.Equal(t, 1, first.Revision)
	exports := []string{"/allocations.csv", "/focus.csv", "/focus.parquet", "/journal.csv", "/statements/vienna"}
	hashes := func(revision string) map[string]string {
		sums := map[string]string{}
		for _, export := range exports {
			body := s.get(t, sampleMonth+export+"?revision="+revision, "auditor", http.StatusOK).body
			sums[export] = fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
		}
		return sums
	}
	before := hashes("1")

	credit := sampleHead + sampleRow(5, 9, "-1.23456789012", "Atlas Nimbus", "Simple Queue", "NULL", "NULL")
	s.post(t, importsPath+"?kind=focus&append=true&name=credit.csv", "operator", credit, http.StatusCreated, csvFile...)
	s.post(t, importsPath+"?kind=usage&period=2024-09", "operator", "tenant_id,category,quantity\natlas,compute,2\nvienna,compute,2\nosaka,storage,5\nlima,storage,0.25\n", http.StatusCreated, csvFile...)
	require.Equal(t, map[string]int{"charges": 1, "usage": 1}, decode[api.PeriodStatus](t, s.get(t, sampleMonth, "auditor", http.StatusOK)).LateWaiting)
	s.post(t, sampleMonth+"/restatements", "operator", `{"reason":"a credit and corrected usage"}`, http.StatusAccepted)
	second := s.approvedMonth(t, sampleMonth)
	require.Equal(t, 2, second.Revision)
	require.Empty(t, second.LateWaiting)

	t.Run("the exports of the old revision stay byte for byte", func(t *testing.T) {
		require.Equal(t, before, hashes("1"))
		after := hashes("2")
		for _, export := range exports {
			require.NotEqual(t, before[export], after[export], export)
		}
	})
	t.Run("the deltas are new minus old, per pool, tenant and currency", func(t *testing.T) {
		sums := s.cellSums(t, "?revision=1")
		for key, delta := range s.cellSums(t, "?revision=2&deltas=true") {
			require.False(t, delta.IsZero())
			sums[key] = sums[key].Add(delta)
		}
		want := s.cellSums(t, "?revision=2")
		require.ElementsMatch(t, slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(sums)))
		for key := range want {
			require.True(t, want[key].Equal(sums[key]), "%s: %s is not %s", key, sums[key], want[key])
		}
		require.Equal(t, "-1.23456789012", second.Totals[0].Billed.Sub(first.Totals[0].Billed).String())
	})
	t.Run("late usage moved the pool that it drives, and no other", func(t *testing.T) {
		moved := decimal.Zero
		for key, delta := range s.cellSums(t, "?revision=2&deltas=true") {
			switch {
			case strings.HasPrefix(key, "platform "):
				moved = moved.Add(delta)
			default:
				require.Equal(t, "direct:compute atlas USD", key)
			}
		}
		require.True(t, moved.IsZero(), "what some bear more, others bear less")
		require.True(t, s.cellSums(t, "?revision=2&deltas=true")["platform vienna USD"].IsPositive())
	})
	t.Run("FOCUS rows of the second revision are the first's, then corrections", func(t *testing.T) {
		one, two := s.records(t, "/focus.csv?revision=1"), s.records(t, "/focus.csv?revision=2")
		require.Equal(t, one, two[:len(one)])
		class, billed, invoice := slices.Index(two[0], "ChargeClass"), slices.Index(two[0], "BilledCost"), slices.Index(two[0], "InvoiceId")
		sum := decimal.Zero
		for i, row := range two[1:] {
			sum = sum.Add(decimal.RequireFromString(row[billed]))
			corrects := i+1 >= len(one)
			require.Equal(t, map[bool]string{true: "Correction"}[corrects], row[class])
			require.Equal(t, map[bool]string{false: "main/2024-09/1", true: "main/2024-09/2"}[corrects], row[invoice])
		}
		require.Equal(t, second.Totals[0].Billed.String(), sum.String())
		require.Equal(t, two[len(one):], s.records(t, "/focus.csv?revision=2&deltas=true")[1:])
	})
	t.Run("Parquet holds the same rows", func(t *testing.T) {
		file := s.get(t, sampleMonth+"/focus.parquet?revision=2", "auditor", http.StatusOK).body
		opened, err := parquet.OpenFile(bytes.NewReader([]byte(file)), int64(len(file)))
		require.NoError(t, err)
		require.EqualValues(t, len(s.records(t, "/focus.csv?revision=2"))-1, opened.NumRows())
	})
	t.Run("the other billing period is untouched", func(t *testing.T) {
		require.Equal(t, closing.StateOpen, decode[api.PeriodStatus](t, s.get(t, "/v1/books/main/periods/2024-10", "auditor", http.StatusOK)).State)
	})
}

// approvedMonth waits for a month's result, approves it and waits until it is closed.
func (s *stage) approvedMonth(t *testing.T, path string) (shown api.PeriodStatus) {
	t.Helper()
	reaches := func(state closing.State) {
		require.Eventually(t, func() bool {
			shown = decode[api.PeriodStatus](t, s.get(t, path, "auditor", http.StatusOK))
			return shown.State == state || shown.State == closing.StateFailed
		}, 60*time.Second, 50*time.Millisecond)
		require.Equal(t, state, shown.State, shown.Reason)
	}
	reaches(closing.StateAwaitingApproval)
	s.post(t, path+"/decisions", "finance_approver", approve, http.StatusOK, "If-Match", shown.ResultHash)
	reaches(closing.StateClosed)
	return shown
}

// cellSums sums the cells of the sample's month by pool, account and currency.
func (s *stage) cellSums(t *testing.T, query string) map[string]decimal.Decimal {
	t.Helper()
	sums := map[string]decimal.Decimal{}
	for _, cell := range decode[api.CellPage](t, s.get(t, sampleMonth+"/allocations"+query+"&limit=1000", "auditor", http.StatusOK)).Items {
		key := cell.PoolID + " " + cell.TenantID + " " + cell.Currency
		sums[key] = sums[key].Add(cell.Amount)
	}
	return sums
}

// records reads a CSV export of the sample's month.
func (s *stage) records(t *testing.T, path string) [][]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(s.get(t, sampleMonth+path, "auditor", http.StatusOK).body)).ReadAll()
	require.NoError(t, err)
	return records
}
