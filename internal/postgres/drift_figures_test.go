package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// counted counts drifts one by one.
func (b *driftBench) counted(t require.TestingT) map[remediation.DriftsOf]int64 {
	rows, err := b.pool.Query(ctx, `SELECT CASE WHEN quiet_until <= now() THEN 'open' ELSE state END, severity, count(*)
		FROM drifts WHERE state <> 'resolved' GROUP BY 1, 2`)
	require.NoError(t, err)
	counts := map[remediation.DriftsOf]int64{}
	var of remediation.DriftsOf
	var count int64
	_, err = pgx.ForEachRow(rows, []any{&of.State, &of.Severity, &count}, func() error {
		counts[of] = count
		return nil
	})
	require.NoError(t, err)
	return counts
}

func (b *driftBench) figures(t require.TestingT) map[remediation.DriftsOf]int64 {
	figures, err := postgres.NewDriftFigures(b.pool).Figures(ctx)
	require.NoError(t, err)
	for of, count := range figures.Drifts {
		if count == 0 {
			delete(figures.Drifts, of)
		}
	}
	return figures.Drifts
}

func TestFiguresOfDriftAreWhatCountingGives(t *testing.T) {
	b := newDriftBench(t)
	m := &mending{driftBench: b, store: postgres.NewRemediations(b.pool)}
	rapid.Check(t, func(t *rapid.T) {
		// What earlier cases left is part of the next one.
		for range rapid.IntRange(1, 3).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"scan", "partial", "stance", "mend", "delete"}).Draw(t, "step") {
			case "scan", "partial":
				var findings []driftwatch.Finding
				for i := range rapid.IntRange(0, 8).Draw(t, "found") {
					severity := rapid.SampledFrom(drift.Severities()).Draw(t, "severity")
					findings = append(findings, driftwatch.NewFinding(difference(fmt.Sprintf("vm-%d", i), "a", "x", severity)))
				}
				b.scanned(t, rapid.SampledFrom([]string{"", "not all was read"}).Draw(t, "doubt"), findings)
			case "stance":
				open, err := b.drifts.Drifts(ctx, driftwatch.Filter{}, driftwatch.GroupPosition{}, 1)
				require.NoError(t, err)
				if len(open) == 0 {
					continue
				}
				_, err = b.drifts.TakeStance(ctx, "acme", open[0].Cause, driftwatch.Stance{
					State:  rapid.SampledFrom([]driftwatch.DriftState{driftwatch.DriftAccepted, driftwatch.DriftSnoozed}).Draw(t, "state"),
					Reason: "known", Owner: "olga", Subject: "olga", At: b.now,
					Expires: time.Now().Add(time.Duration(rapid.SampledFrom([]int{-1, 1}).Draw(t, "hours")) * time.Hour),
				})
				require.NoError(t, err)
			case "mend":
				m.mendOne(t, fmt.Sprintf("vm-%d", rapid.IntRange(0, 7).Draw(t, "resource")))
			case "delete":
				_, err := b.pool.Exec(ctx, "DELETE FROM drifts WHERE resource_id = $1", fmt.Sprintf("vm-%d", rapid.IntRange(0, 7).Draw(t, "resource")))
				require.NoError(t, err)
			}
			require.Equal(t, b.counted(t), b.figures(t))
		}
	})
}

// scanned settles a scan of findings.
func (b *driftBench) scanned(t require.TestingT, doubt string, findings []driftwatch.Finding) {
	b.scans++
	ref := driftwatch.ScanRef{TenantID: "acme", ScanID: fmt.Sprintf("scan-%d", b.scans)}
	_, _, err := b.drifts.OpenScan(ctx, driftwatch.ScanRequest{TenantID: ref.TenantID, ScanID: ref.ScanID, RequestedBy: "operator", Now: b.now})
	require.NoError(t, err)
	_, err = b.drifts.KeepPage(ctx, ref, driftwatch.Page{Number: 1, Tally: driftwatch.Tally{Resources: 10, Expected: 10}, Findings: findings})
	require.NoError(t, err)
	_, err = b.drifts.Settle(ctx, ref, doubt, b.now)
	require.NoError(t, err)
}

// mendOne brings the drift of a resource to where it is verified.
func (m *mending) mendOne(t require.TestingT, resource string) {
	opened, _, err := m.store.Open(ctx, m.request(resource, fmt.Sprint(time.Now().UnixNano())))
	require.NoError(t, err)
	plan := planOf(resource, true)
	plan.Changes[0].DriftID = driftwatch.NewFinding(difference(resource, "a", "x", drift.Cosmetic)).Record.ID
	_, err = m.store.KeepPlan(ctx, opened.Ref, plan, remediation.Keeping{Hash: opened.ID, Now: m.now, Limits: remediation.Limits{
		PerRun: 1 << 30, PerTenant: 1 << 30, PerType: 1 << 30, ChangedBack: 1 << 30, FailuresOf: 1 << 30,
	}})
	require.NoError(t, err)
	for _, state := range []remediation.State{remediation.Applying, remediation.Verifying, remediation.Planning} {
		require.NoError(t, m.store.Move(ctx, opened.Ref, state, ""))
	}
	require.NoError(t, m.store.End(ctx, opened.Ref, remediation.Ending{State: remediation.Mended, Now: m.now}))
}

// BenchmarkFiguresOfDrift reads the figures of a hundred thousand drifts of a thousand tenants, after a scan
// of all has written every one anew.
func BenchmarkFiguresOfDrift(b *testing.B) {
	bench := newDriftBench(b)
	_, err := bench.pool.Exec(ctx, `INSERT INTO drifts (drift_id, tenant_id, resource_id, resource_type, cause_id, fingerprint, config_path,
			drift_type, severity, state, baseline, document, since, seen_in, news_in, news, quiet_until)
		SELECT 'd-' || i, 't-' || i % 1000, 'r-' || i, 'vm', 'c-' || i, 'f', 'a', 'value_changed',
			(ARRAY['cosmetic', 'functional', 'security', 'critical'])[1 + i % 4], CASE WHEN i % 10 = 0 THEN 'snoozed' ELSE 'open' END, false,
			json_build_object('config_path', 'a', 'desired_value', repeat('x', 200)), now(), 's-1', 's-1', 'drift_detected',
			CASE WHEN i % 10 = 0 THEN now() + interval '1 day' END
		FROM generate_series(1, 100000) i`)
	require.NoError(b, err)
	_, err = bench.pool.Exec(ctx, "UPDATE drifts SET seen_in = 's-2'")
	require.NoError(b, err)
	b.Run("kept", func(b *testing.B) {
		for b.Loop() {
			bench.figures(b)
		}
	})
	b.Run("counted one by one", func(b *testing.B) {
		for b.Loop() {
			bench.counted(b)
		}
	})
}
