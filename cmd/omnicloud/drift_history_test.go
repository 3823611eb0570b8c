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

// driftHistories fills a database with the histories of acme, of three entries, and of dune, of two, each
// noted twice.
func driftHistories(t *testing.T) (url string) {
	url = postgrestest.URL(t)
	pool, err := postgres.Open(t.Context(), url)
	require.NoError(t, err)
	defer pool.Close()
	store := postgres.NewDrifts(pool)
	for i, found := range [][]string{{"acme", "vm-1", "vm-2"}, {"dune", "vm-8"}, {"acme", "vm-1", "vm-2", "vm-3"}, {"dune", "vm-8", "vm-9"}} {
		tenant, now := found[0], time.Now().UTC()
		scan, _, err := store.OpenScan(t.Context(), driftwatch.ScanRequest{TenantID: tenant, ScanID: driftwatch.NewScanID(), RequestedBy: "operator", Now: now})
		require.NoError(t, err)
		page := driftwatch.Page{Number: 1, Tally: driftwatch.Tally{Resources: 9, Expected: 9}}
		for _, id := range found[1:] {
			page.Findings = append(page.Findings, driftwatch.NewFinding(drift.Record{
				ResourceID: id, ResourceType: "vm", TenantID: tenant, Type: drift.ValueChanged, Severity: drift.Functional, ConfigPath: "size",
				DesiredValue: json.RawMessage("1"), ActualValue: json.RawMessage("2"), DetectedAt: now,
			}))
		}
		_, err = store.KeepPage(t.Context(), scan.ScanRef, page)
		require.NoError(t, err, i)
		_, err = store.Settle(t.Context(), scan.ScanRef, "", now)
		require.NoError(t, err)
	}
	return url
}

func TestDriftHistoryVerifyCommand(t *testing.T) {
	url := driftHistories(t)
	verify := func(arguments ...string) (int, string, string) {
		return execute(t, append([]string{"drift-history", "verify", "--database-url", url}, arguments...)...)
	}
	t.Run("prints a line per tenant whose chain holds, and one for the register", func(t *testing.T) {
		code, stdout, stderr := verify()
		require.Zero(t, code, stderr)
		require.Regexp(t, `^tenant acme: 3 entries, head [0-9a-f]{64}\ntenant dune: 2 entries, head [0-9a-f]{64}\nregister: 4 entries, head [0-9a-f]{64}\n$`, stdout)
	})
	t.Run("takes a head that was printed before, of a tenant or of the register", func(t *testing.T) {
		_, stdout, _ := verify("--tenant", "acme")
		code, _, stderr := verify("--tenant", "acme", "--head", strings.Fields(stdout)[5])
		require.Zero(t, code, stderr)
		code, _, stderr = verify("--tenant", "acme", "--head", "another")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "the drift history of tenant acme was rewritten: it no longer holds the head another")
		_, stdout, _ = verify()
		fields := strings.Fields(stdout)
		code, _, stderr = verify("--head", fields[len(fields)-1])
		require.Zero(t, code, stderr)
		code, _, stderr = verify("--head", "another")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "the register of drift histories was rewritten: it no longer holds the head another")
	})
	t.Run("a tenant needs a history", func(t *testing.T) {
		code, _, stderr := verify("--tenant", "amce")
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "there is no drift history of tenant amce")
	})
}

// TestDriftHistoryVerifyNamesWhatAnOwnerDid tampers as who owns the tables, switches the triggers off and
// sets the head of the tenant to fit.
func TestDriftHistoryVerifyNamesWhatAnOwnerDid(t *testing.T) {
	for name, tampered := range map[string]struct{ statements, says string }{
		"edited": {
			"UPDATE drift_history SET document = '{}' WHERE tenant_id = 'dune' AND chain_index = 2",
			"entry 2 of the drift history of tenant dune, drift_detected of resource vm-9 at ",
		},
		"dropped": {
			"DELETE FROM drift_history WHERE tenant_id = 'acme' AND chain_index = 2",
			"entry 2 of the drift history of tenant acme was dropped; entry 3 follows entry 1",
		},
		"reordered": {
			`UPDATE drift_history SET chain_index = 9 WHERE tenant_id = 'acme' AND chain_index = 2;
			UPDATE drift_history SET chain_index = 2 WHERE tenant_id = 'acme' AND chain_index = 3;
			UPDATE drift_history SET chain_index = 3 WHERE tenant_id = 'acme' AND chain_index = 9`,
			"entry 2 of the drift history of tenant acme",
		},
		"the end dropped": {
			"DELETE FROM drift_history WHERE tenant_id = 'acme' AND chain_index = 3",
			"the drift history of tenant acme ends after 2 entries, but its head notes 3: entry 3 was dropped",
		},
		"the end dropped, with the head set to fit": {
			`DELETE FROM drift_history WHERE tenant_id = 'acme' AND chain_index = 3;
			UPDATE drift_history_heads SET entries = 2, hash = (SELECT hash FROM drift_history WHERE tenant_id = 'acme' AND chain_index = 2) WHERE tenant_id = 'acme'`,
			"the drift history of tenant acme ends after 2 entries, but the register notes 3: entry 3 was dropped",
		},
		"a forged head": {
			"UPDATE drift_history_heads SET hash = 'forged' WHERE tenant_id = 'dune'",
			"the drift history of tenant dune was rewritten: the hash of its last entry 2 is not the one that its head notes",
		},
		"a tenant removed": {
			"DELETE FROM drift_history WHERE tenant_id = 'dune'; DELETE FROM drift_history_heads WHERE tenant_id = 'dune'",
			"the drift history of tenant dune was removed: the register notes 2 entries of it",
		},
		"every tenant removed": {
			"TRUNCATE drift_history, drift_history_heads",
			"the drift history of tenant acme was removed: the register notes 3 entries of it",
		},
		"a tenant removed, and taken out of the register": {
			`DELETE FROM drift_history WHERE tenant_id = 'dune'; DELETE FROM drift_history_heads WHERE tenant_id = 'dune';
			DELETE FROM drift_history_register WHERE tenant_id = 'dune'`,
			"entry 2 of the register of drift histories was dropped; entry 3 follows entry 1",
		},
		"the end of the register dropped": {
			"DELETE FROM drift_history_register WHERE entry_no > 2",
			"the drift history of tenant acme has 3 entries, but the register notes 2: entry 3 was added past it",
		},
		"the register edited": {
			"UPDATE drift_history_register SET entries = 9 WHERE entry_no = 4",
			"entry 4 of the register of drift histories, of tenant dune, was edited: its content does not give its hash",
		},
	} {
		t.Run(name, func(t *testing.T) {
			url := driftHistories(t)
			pool, err := postgres.Open(t.Context(), url)
			require.NoError(t, err)
			defer pool.Close()
			_, err = pool.Exec(t.Context(), "SET session_replication_role = replica; "+tampered.statements)
			require.NoError(t, err)
			code, _, stderr := execute(t, "drift-history", "verify", "--database-url", url)
			require.Equal(t, 1, code)
			require.Contains(t, stderr, tampered.says)
			require.Equal(t, 1, strings.Count(stderr, "\n"), "one sentence")
		})
	}
}
