package api_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

const aloneRules = `version: 1
mapping:
  - sub_account: shared
    pool: mshared
  - sub_account: idle
    pool: midle
  - tenant: "{sub_account_id}"
pools:
  - id: mshared
    strategy: proportional
    weight_by_category: {compute: 1}
  - id: midle
    strategy: proportional
    weight_by_category: {storage: 1}
`

// heldInputs stops readers of charges where a test wants them to wait.
type heldInputs struct {
	intake.FrozenInputs
	holds            atomic.Bool
	entered, release chan struct{}
}

func (h *heldInputs) Charges(ctx context.Context, ref closing.AttemptRef, add func(*charge.Charge) error) error {
	if h.holds.Load() {
		h.entered <- struct{}{}
		<-h.release
	}
	return h.FrozenInputs.Charges(ctx, ref, add)
}

// TestBillAlone closes a month of which there is a bill and no usage, as users have it who bring
// nothing but a bill: direct cost drives its pools, in everything that calculates with it.
func TestBillAlone(t *testing.T) {
	held := &heldInputs{entered: make(chan struct{}), release: make(chan struct{})}
	s := newStageOn(t, ownTemporal(t), func(d *api.Dependencies, _ *api.Options) {
		held.FrozenInputs = d.Frozen
		d.Frozen = held
	})
	platform, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.database, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	s.work(t, platform.Handler())
	csv := []string{"Content-Type", "text/csv"}
	s.post(t, importsPath+"?kind=tenants", "operator", "tenant_id,plan\nacme,free\ngone,free\n", http.StatusCreated, csv...)
	rows := []string{"BillingAccountId,BillingPeriodStart,BillingPeriodEnd,BillingCurrency,BilledCost,EffectiveCost,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,ServiceCategory,ResourceId,Tags"}
	for _, line := range []string{"10,Usage:acme", "-1,Credit:gone", "8,Usage:shared", "3,Usage:idle"} {
		amount, where, _ := strings.Cut(line, ",")
		category, account, _ := strings.Cut(where, ":")
		rows = append(rows, "1,2025-03-01T00:00:00Z,2025-04-01T00:00:00Z,USD,"+amount+","+amount+","+category+
			",2025-03-01T00:00:00Z,2025-03-02T00:00:00Z,"+account+",VM,Compute,r-"+account+",{}")
	}
	s.post(t, importsPath+"?kind=focus", "operator", strings.Join(rows, "\n")+"\n", http.StatusCreated, csv...)
	s.post(t, rulesPath, "operator", aloneRules, http.StatusCreated, "Content-Type", "application/yaml")
	const month = "/v1/books/main/periods/2025-03"
	s.post(t, month+"/close", "operator", "", http.StatusAccepted)
	var shown api.PeriodStatus
	reaches := func(state closing.State) {
		require.Eventually(t, func() bool {
			shown = decode[api.PeriodStatus](t, s.get(t, month, "auditor", http.StatusOK))
			return shown.State == state || shown.State == closing.StateFailed
		}, 60*time.Second, 100*time.Millisecond)
		require.Equal(t, state, shown.State, shown.Reason)
	}
	reaches(closing.StateAwaitingApproval)
	t.Run("approvers see what was allocated and what happened on the way", func(t *testing.T) {
		require.Equal(t, "effective billing", shown.CostBasis+" "+shown.PeriodBy)
		var texts []string
		for _, note := range shown.Notes {
			require.Equal(t, "USD", note.Currency)
			texts = append(texts, note.Text)
		}
		require.Equal(t, []string{
			"pool midle is split by the tenants' direct cost, as there is no usage",
			"pool midle: no tenant has a share, so it is split equally over active tenants",
			"pool mshared is split by the tenants' direct cost, as there is no usage",
			"pool mshared: compute of tenant gone totals -1 and counts as zero",
		}, texts)
		require.Equal(t, 4, shown.NotesCount)
		require.Empty(t, shown.Totals[0].Notes, "they are shown once")
	})
	s.post(t, month+"/decisions", "finance_approver", approve, http.StatusOK, "If-Match", shown.ResultHash)
	reaches(closing.StateClosed)

	path := "/v1/tenants/acme/allocations?from=2025-03"
	published := s.tenantAllocation(t, path)
	t.Run("every breakdown is the published money", func(t *testing.T) {
		require.Equal(t, "8", published.Pools["mshared"].String())
		for _, as := range []string{"auditor", "tenant:acme"} {
			for _, by := range []string{"category", "project", "resource"} {
				broken := decode[api.TenantAllocations](t, s.get(t, path+"&by="+by, as, http.StatusOK)).Items[0]
				sum := decimal.Zero
				for _, amount := range broken.Breakdown {
					sum = sum.Add(amount)
				}
				require.Equal(t, published.TotalAllocated.String(), sum.String(), by)
				require.Equal(t, published.AllocationMetadata["result_hash"], broken.AllocationMetadata["result_hash"])
			}
		}
	})
	t.Run("explanations and previews start from the same result", func(t *testing.T) {
		s.get(t, month+"/allocations/acme/explain", "auditor", http.StatusOK)
		preview := decode[api.RulesPreview](t, s.post(t, month+"/preview", "operator", aloneRules, http.StatusOK, "Content-Type", "application/yaml"))
		require.Zero(t, preview.AccountsChanged)
	})
	t.Run("tenants see what was noted about their pools and themselves", func(t *testing.T) {
		metadata := published.AllocationMetadata
		require.Equal(t, "effective billing", metadata["cost_basis"]+" "+metadata["period_by"])
		require.Equal(t, "direct cost", metadata["drivers:mshared"])
		require.Equal(t, "equal", metadata["fallback:midle"])
		require.NotContains(t, metadata, "clamped_driver:mshared:compute", "it is about another tenant")
		gone := s.tenantAllocation(t, "/v1/tenants/gone/allocations?from=2025-03").AllocationMetadata
		require.Equal(t, "-1", gone["clamped_driver:mshared:compute"])
	})
	t.Run("tenants try no other rules", func(t *testing.T) {
		s.get(t, path+"&rules=any", "tenant:acme", http.StatusForbidden)
		s.get(t, path+"&rules=any", "auditor", http.StatusNotFound)
	})
	t.Run("tenants break a year down at once", func(t *testing.T) {
		s.get(t, "/v1/tenants/acme/allocations?from=2024-04&to=2025-03&by=project", "tenant:acme", http.StatusOK)
		const long = "/v1/tenants/acme/allocations?from=2024-03&to=2025-03"
		refused := s.get(t, long+"&by=project", "tenant:acme", http.StatusBadRequest).problem(t)
		require.Equal(t, "query to", refused.Errors[0].Parameter)
		s.get(t, long, "tenant:acme", http.StatusOK)
		s.get(t, long+"&by=project", "auditor", http.StatusOK)
	})
	t.Run("a tenant has one breakdown made at a time", func(t *testing.T) {
		held.holds.Store(true)
		first := make(chan answer)
		go func() {
			first <- s.do(t, request{method: http.MethodGet, path: path + "&by=project", as: "tenant:acme"}) //nolint:testifylint // the answer is asserted below; a failed request fails the wait for it
		}()
		<-held.entered
		refused := s.get(t, path+"&by=project", "tenant:acme", http.StatusTooManyRequests)
		require.Equal(t, "1", refused.header.Get("Retry-After"))
		s.get(t, path, "tenant:acme", http.StatusOK)
		held.holds.Store(false)
		close(held.release)
		require.Equal(t, http.StatusOK, (<-first).status)
		s.get(t, path+"&by=project", "tenant:acme", http.StatusOK)
	})
	t.Run("a tenant that left the directory is found by its cells", func(t *testing.T) {
		_, err := s.pool.Exec(t.Context(), "UPDATE omnicloud.input_slices SET status = 'superseded' WHERE kind = 'tenants'")
		require.NoError(t, err)
		require.Equal(t, "-0.87", s.tenantAllocation(t, "/v1/tenants/gone/allocations?from=2025-03").TotalAllocated.String())
		s.get(t, "/v1/tenants/nobody/allocations?from=2025-03", "auditor", http.StatusNotFound)
	})
	t.Run("a breakdown that differs from what was published is refused", func(t *testing.T) {
		_, err := s.pool.Exec(t.Context(), `BEGIN; SET LOCAL session_replication_role = replica;
			UPDATE omnicloud.charges SET effective_cost = effective_cost + 1 WHERE sub_account_id = 'acme'; COMMIT`)
		require.NoError(t, err)
		require.EqualValues(t, "tampered", s.get(t, path+"&by=project", "auditor", http.StatusInternalServerError).problem(t).Code)
		hidden := s.get(t, path+"&by=project", "tenant:acme", http.StatusInternalServerError)
		require.NotContains(t, hidden.body, "mshared")
	})
}
