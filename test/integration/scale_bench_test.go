package integration

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/history/v1"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

const (
	manyTenants = 10_000
	manyCharges = 1_000_000
	manyPools   = 20
	// directEvery is how many charges go to tenants directly for each that goes to a pool.
	directEvery = 4
)

// largeMonth lies before anything that the sample services know.
var largeMonth = period.New(2024, time.June)

// BenchmarkPeriodClose closes a month of 1,000,000 charges and 10,000 tenants in 20 pools over the
// whole stack. It reports the seconds from the start to the end, approval at once, what of them is
// not spent inside activities, and the length of the history.
func BenchmarkPeriodClose(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := newStack(b)
		s.load()
		stop := s.startWorker()
		b.StartTimer()

		began := time.Now()
		ref := s.open(largeMonth)
		waiting := s.await(ref, closing.StateAwaitingApproval)
		require.NoError(b, s.decide(waiting, approval.Approve, approver))
		closed := s.await(ref, closing.StateClosed)
		require.Greater(b, closed.Totals[0].Cells, int64(manyPools*manyTenants))
		whole := time.Since(began)

		b.StopTimer()
		recorded := s.history(ref.WorkflowID())
		require.Less(b, len(recorded.Events), historyLimit)
		inside := insideActivities(b, recorded)
		b.ReportMetric(whole.Seconds(), "s/close")
		b.ReportMetric(100*(whole-inside).Seconds()/whole.Seconds(), "%temporal")
		b.ReportMetric(float64(len(recorded.Events)), "events")
		stop()
		b.StartTimer()
	}
}

// insideActivities sums the time between start and end of each activity and logs it.
func insideActivities(b *testing.B, recorded *history.History) time.Duration {
	b.Helper()
	names, starts := map[int64]string{}, map[int64]time.Time{}
	var sum time.Duration
	for _, event := range recorded.Events {
		if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
			names[event.EventId] = scheduled.GetActivityType().GetName()
		}
		if started := event.GetActivityTaskStartedEventAttributes(); started != nil {
			starts[started.GetScheduledEventId()] = event.GetEventTime().AsTime()
		}
		if completed := event.GetActivityTaskCompletedEventAttributes(); completed != nil {
			took := event.GetEventTime().AsTime().Sub(starts[completed.GetScheduledEventId()])
			b.Logf("%-18s %s", names[completed.GetScheduledEventId()], took.Round(time.Millisecond))
			sum += took
		}
	}
	return sum
}

// load fills the month: tenants, usage that drives the pools, charges and the rules for them.
func (s *stack) load() {
	s.Helper()
	store := postgres.NewIntake(s.pool)
	s.deliver(store, intake.KindTenants, func(yield func(intake.Row, error) bool) {
		for i := range manyTenants {
			tenant := tenancy.Tenant{ID: tenantID(i), Plan: tenancy.PlanStandard, Weight: decimal.NewFromInt(1)}
			if !yield(intake.TenantRow(&tenant), nil) {
				return
			}
		}
	})
	s.deliver(store, intake.KindUsage, func(yield func(intake.Row, error) bool) {
		for i := range manyTenants {
			for _, category := range []string{"compute", "storage"} {
				usage := charge.Usage{TenantID: tenantID(i), Category: category, Quantity: decimal.New(int64(i*7919%100_003+1), -3)}
				if !yield(intake.UsageRow(&usage, largeMonth), nil) {
					return
				}
			}
		}
	})
	s.deliver(store, intake.KindCharges, func(yield func(intake.Row, error) bool) {
		for i := range manyCharges {
			if !yield(intake.ChargeRow(largeCharge(i)), nil) {
				return
			}
		}
	})
	s.replaceRules()
}

func (s *stack) deliver(store *postgres.Intake, kind intake.Kind, rows intake.Rows) {
	s.Helper()
	id, err := uuid.NewV7()
	require.NoError(s, err)
	_, err = store.Load(context.Background(), intake.Delivery{
		ID: id.String(), Kind: kind, Source: intake.SourceFile, Name: "scale", CreatedBy: "bench", CreatedAt: time.Now(),
	}, rows, func([]intake.Placed) intake.Report { return intake.Report{ID: id.String()} })
	require.NoError(s, err)
}

func tenantID(i int) string { return fmt.Sprintf("tenant-%05d", i) }

func largeCharge(i int) *charge.Charge {
	start := largeMonth.Start().Add(time.Duration(i%720) * time.Hour)
	amount := decimal.New(int64(i%9973)+1, -6)
	next := &charge.Charge{
		SourceRow: int64(i + 1), BillingAccountID: "scale", BillingPeriod: largeMonth, Currency: "USD",
		ChargePeriodStart: start, ChargePeriodEnd: start.Add(time.Hour), BilledCost: amount, EffectiveCost: amount,
		ChargeCategory: "Usage", ServiceCategory: "Compute", SubAccountID: "scale-" + tenantID(i%manyTenants), SubAccountName: tenantID(i % manyTenants),
	}
	if i%(directEvery+1) == directEvery {
		next.SubAccountID, next.SubAccountName = fmt.Sprintf("pool-%02d", i/(directEvery+1)%manyPools), ""
	}
	return next
}

// replaceRules retires the sample's rules and adds those of the large month.
func (s *stack) replaceRules() {
	s.Helper()
	ctx := context.Background()
	_, err := s.pool.Exec(ctx, "UPDATE omnicloud.allocation_rules SET is_active = false")
	require.NoError(s, err)
	rules, now := postgres.NewRules(s.pool), time.Now()
	mapping := allocation.Mapping{Entries: []allocation.MappingEntry{{SubAccountID: allocation.Patterns{"scale-*"}, Tenant: "{sub_account_name}"}}}
	var versions []allocation.RuleVersion
	for i := range manyPools {
		pool := fmt.Sprintf("pool-%02d", i)
		mapping.Entries = append(mapping.Entries, allocation.MappingEntry{SubAccountID: allocation.Patterns{pool}, Pool: pool})
		version, err := allocation.NewPoolVersion("scale-"+pool, 1, allocation.AllocationRule{
			PoolID: pool, Category: allocation.CategoryShared, Strategy: allocation.StrategyProportional,
			WeightByCategory: map[allocation.CostCategory]decimal.Decimal{
				allocation.CategoryCompute: decimal.New(7, -1), allocation.CategoryStorage: decimal.New(3, -1),
			},
		}, "system", now)
		require.NoError(s, err)
		versions = append(versions, version)
	}
	version, err := allocation.NewMappingVersion("scale-mapping", 1, mapping, "system", now)
	require.NoError(s, err)
	for _, version := range append(versions, version) {
		require.NoError(s, rules.Revise(ctx, allocation.RuleChange{RuleID: version.RuleID, Add: []allocation.RuleVersion{version}}))
	}
}
