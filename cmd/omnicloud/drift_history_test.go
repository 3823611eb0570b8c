package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestDriftHistoryVerifyCommand(t *testing.T) {
	url := postgrestest.URL(t)
	pool, err := postgres.Open(t.Context(), url)
	require.NoError(t, err)
	defer pool.Close()
	store, now := postgres.NewDrifts(pool), time.Now().UTC()
	scan, _, err := store.OpenScan(t.Context(), driftwatch.ScanRequest{TenantID: "acme", ScanID: driftwatch.NewScanID(), RequestedBy: "operator", Now: now})
	require.NoError(t, err)
	page := driftwatch.Page{Number: 1, Tally: driftwatch.Tally{Resources: 2, Expected: 2}}
	for _, id := range []string{"vm-1", "vm-2"} {
		page.Findings = append(page.Findings, driftwatch.NewFinding(drift.Record{
			ResourceID: id, ResourceType: "vm", TenantID: "acme", Type: drift.ValueChanged, Severity: drift.Functional, ConfigPath: "size",
			DesiredValue: json.RawMessage("1"), ActualValue: json.RawMessage("2"), DetectedAt: now,
		}))
	}
	_, err = store.KeepPage(t.Context(), scan.ScanRef, page)
	require.NoError(t, err)
	_, err = store.Settle(t.Context(), scan.ScanRef, "", now)
	require.NoError(t, err)
	verify := func(arguments ...string) (int, string, string) {
		return execute(t, append([]string{"drift-history", "verify", "--database-url", url}, arguments...)...)
	}

	t.Run("prints a line per tenant whose chain holds", func(t *testing.T) {
		code, stdout, stderr := verify()
		require.Zero(t, code, stderr)
		require.Regexp(t, `^tenant acme: 2 entries, head [0-9a-f]{64}\n$`, stdout)
	})
	t.Run("takes a head that was printed before", func(t *testing.T) {
		_, stdout, _ := verify("--tenant", "acme")
		code, _, stderr := verify("--tenant", "acme", "--head", strings.Fields(stdout)[5])
		require.Zero(t, code, stderr)
		code, _, stderr = verify("--tenant", "acme", "--head", "another")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "no longer holds the head another")
	})
	t.Run("a head needs its tenant, and a tenant its history", func(t *testing.T) {
		code, _, stderr := verify("--head", "another")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "name it with --tenant")
		code, _, stderr = verify("--tenant", "amce")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "there is no drift history of tenant amce")
	})
	t.Run("names the first entry that was edited", func(t *testing.T) {
		_, err := pool.Exec(t.Context(), `ALTER TABLE omnicloud.drift_history DISABLE TRIGGER ALL;
			UPDATE omnicloud.drift_history SET resource_id = 'vm-3' WHERE chain_index = 2`)
		require.NoError(t, err)
		code, stdout, stderr := verify()
		require.Equal(t, 1, code)
		require.Empty(t, stdout)
		require.Contains(t, stderr, "entry 2")
	})
}
