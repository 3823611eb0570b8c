package postgres_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// driftBench is the drift stores on a database of their own, as a user who owns no table.
type driftBench struct {
	url     string
	pool    *pgxpool.Pool
	drifts  *postgres.Drifts
	history *postgres.DriftHistory
	outbox  *postgres.Outbox
	scans   int
	now     time.Time
}

func newDriftBench(t testing.TB) *driftBench {
	t.Helper()
	url := postgrestest.URL(t)
	pool := postgrestest.NewService(t, url)
	return &driftBench{
		url: url, pool: pool, drifts: postgres.NewDrifts(pool), history: postgres.NewDriftHistory(pool), outbox: postgres.NewOutbox(pool),
		now: time.Now().UTC().Truncate(time.Microsecond),
	}
}

// enforced are modes under which anything may be mended.
var enforced = driftwatch.Modes{{ResourceType: driftwatch.AllTypes, Mode: driftwatch.Enforce}}

// difference is a record of a resource of acme as a detector makes it.
func difference(resource, path, actual string, severity drift.Severity) drift.Record {
	return drift.Record{
		ID: "random", ResourceID: resource, ResourceType: "vm", TenantID: "acme", Type: drift.ValueChanged, Severity: severity,
		ConfigPath: path, DesiredValue: json.RawMessage(`"declared"`), ActualValue: json.RawMessage(fmt.Sprintf("%q", actual)),
		AutoRemediable: !severity.AtLeast(drift.Security),
	}
}

func (b *driftBench) open(t testing.TB, types ...string) driftwatch.Scan {
	t.Helper()
	b.scans++
	scan, opened, err := b.drifts.OpenScan(ctx, driftwatch.ScanRequest{
		TenantID: "acme", ScanID: fmt.Sprintf("scan-%d", b.scans), Types: types, RequestedBy: "operator", CorrelationID: "corr", Now: b.now,
	})
	require.NoError(t, err)
	require.True(t, opened)
	return scan
}

// scan runs a whole scan that finds the records, and settles it.
func (b *driftBench) scan(t testing.TB, doubt string, records ...drift.Record) driftwatch.Scan {
	t.Helper()
	ref := b.open(t).ScanRef
	page := driftwatch.Page{Number: 1, Tally: driftwatch.Tally{Resources: 10, Expected: 10, Findings: int64(len(records))}}
	for _, record := range records {
		page.Findings = append(page.Findings, driftwatch.NewFinding(record))
	}
	_, err := b.drifts.KeepPage(ctx, ref, page)
	require.NoError(t, err)
	scan, err := b.drifts.Settle(ctx, ref, doubt, b.now)
	require.NoError(t, err)
	return scan
}

func (b *driftBench) listed(t testing.TB, filter driftwatch.Filter) []driftwatch.Group {
	t.Helper()
	groups, err := b.drifts.Drifts(ctx, filter, driftwatch.GroupPosition{}, 100)
	require.NoError(t, err)
	return groups
}

func (b *driftBench) escalations(t testing.TB) int {
	t.Helper()
	messages, err := b.outbox.Pending(ctx, outbox.TopicEscalation, "", 100)
	require.NoError(t, err)
	return len(messages)
}

func (b *driftBench) kinds(t testing.TB, resource string) []drifthistory.Kind {
	t.Helper()
	entries, err := b.history.Entries(ctx, drifthistory.Filter{ResourceID: resource}, drifthistory.Position{}, 100)
	require.NoError(t, err)
	kinds := []drifthistory.Kind{}
	for _, entry := range entries {
		kinds = append(kinds, entry.Kind)
	}
	return kinds
}

func (b *driftBench) holds(t testing.TB) {
	t.Helper()
	_, err := postgres.VerifyDriftHistory(ctx, b.pool, "acme", "")
	require.NoError(t, err)
}

func TestScans(t *testing.T) {
	b := newDriftBench(t)
	exposed := difference("vm-1", "ingress[3].cidr", "0.0.0.0/0", drift.Critical)
	renamed := difference("vm-2", "tags.team", "renamed", drift.Cosmetic)

	t.Run("the first scan of a tenant alerts nobody", func(t *testing.T) {
		scan := b.scan(t, "", exposed, renamed)
		require.True(t, scan.First)
		require.Equal(t, driftwatch.ScanComplete, scan.State)
		require.Equal(t, map[drift.Severity]int64{"cosmetic": 1, "functional": 0, "security": 0, "critical": 1}, scan.Summary)
		require.EqualValues(t, 2, scan.News)
		require.Zero(t, b.escalations(t))
	})
	t.Run("what is known is no news", func(t *testing.T) {
		scan := b.scan(t, "", exposed, renamed)
		require.False(t, scan.First)
		require.Zero(t, scan.News)
		require.Zero(t, b.escalations(t))
		require.Equal(t, []drifthistory.Kind{drifthistory.Detected}, b.kinds(t, "vm-1"))
	})
	t.Run("settled again, it is what it was", func(t *testing.T) {
		again, err := b.drifts.Settle(ctx, driftwatch.ScanRef{TenantID: "acme", ScanID: "scan-1"}, "doubt", b.now)
		require.NoError(t, err)
		require.Equal(t, driftwatch.ScanComplete, again.State)
		require.EqualValues(t, 2, again.News)
	})
	t.Run("another value is news, and what touches security is escalated once per resource", func(t *testing.T) {
		exposed.ActualValue = json.RawMessage(`"::/0"`)
		second := difference("vm-1", "encryption.enabled", "false", drift.Security)
		scan := b.scan(t, "", exposed, second, renamed)
		require.EqualValues(t, 2, scan.News)
		require.Equal(t, 1, b.escalations(t))
		require.Equal(t, []drifthistory.Kind{drifthistory.Changed, drifthistory.Detected, drifthistory.Detected}, b.kinds(t, "vm-1"))
	})
	t.Run("a scan that did not see everything resolves nothing, and takes nothing for missing", func(t *testing.T) {
		missing := drift.Record{ResourceID: "vm-9", ResourceType: "vm", TenantID: "acme", Type: drift.ResourceMissing, Severity: drift.Functional}
		scan := b.scan(t, "one page could not be read", missing)
		require.Equal(t, driftwatch.ScanPartial, scan.State)
		require.Zero(t, scan.Resolved)
		require.Zero(t, scan.News)
		require.Empty(t, b.kinds(t, "vm-9"))
		candidates, _, err := b.drifts.Candidates(ctx, scan.ScanRef, enforced, 10)
		require.NoError(t, err)
		require.Empty(t, candidates)
	})
	t.Run("what is known of a resource that is being changed stands", func(t *testing.T) {
		ref := b.open(t).ScanRef
		_, err := b.drifts.KeepPage(ctx, ref, driftwatch.Page{
			Number: 1, Changing: []string{"vm-1", "vm-2"}, Tally: driftwatch.Tally{Resources: 10, Expected: 10, Changing: 2},
		})
		require.NoError(t, err)
		settled, err := b.drifts.Settle(ctx, ref, "", b.now)
		require.NoError(t, err)
		require.Equal(t, driftwatch.ScanComplete, settled.State)
		require.EqualValues(t, 2, settled.Changing)
		require.Zero(t, settled.Resolved)
		require.Zero(t, settled.News)
		require.Len(t, b.listed(t, driftwatch.Filter{ResourceID: "vm-1"}), 2)
		candidates, total, err := b.drifts.Candidates(ctx, ref, enforced, 10)
		require.NoError(t, err)
		require.Empty(t, candidates, "nothing is planned from the middle of a change")
		require.Zero(t, total)
	})
	t.Run("what is gone is resolved", func(t *testing.T) {
		scan := b.scan(t, "", renamed)
		require.EqualValues(t, 2, scan.Resolved)
		require.Equal(t, drifthistory.Resolved, b.kinds(t, "vm-1")[0])
		require.Len(t, b.listed(t, driftwatch.Filter{}), 1)
	})
	t.Run("what comes back is news again", func(t *testing.T) {
		scan := b.scan(t, "", exposed, renamed)
		require.EqualValues(t, 1, scan.News)
		require.Equal(t, drifthistory.Reopened, b.kinds(t, "vm-1")[0])
		require.Equal(t, 2, b.escalations(t))
	})
	t.Run("records of a resource come newest first, since a time", func(t *testing.T) {
		records, err := b.history.RecordsOf(ctx, "vm-1", time.Time{})
		require.NoError(t, err)
		require.Len(t, records, 4)
		require.JSONEq(t, `"::/0"`, string(records[0].ActualValue))
		records, err = b.history.RecordsOf(ctx, "vm-1", b.now)
		require.NoError(t, err)
		require.Empty(t, records)
	})
	t.Run("one scan of a tenant runs at a time", func(t *testing.T) {
		running := b.open(t)
		found, opened, err := b.drifts.OpenScan(ctx, driftwatch.ScanRequest{TenantID: "acme", ScanID: "other", Now: b.now})
		require.NoError(t, err)
		require.False(t, opened)
		require.Equal(t, running.ScanID, found.ScanID)
		_, _, err = b.drifts.OpenScan(ctx, driftwatch.ScanRequest{TenantID: "acme", ScanID: "other", Types: []string{"vm"}, Now: b.now})
		require.Equal(t, fault.Conflict, fault.CodeOf(err))
		require.NoError(t, b.drifts.FailScan(ctx, running.ScanRef, "it was cancelled", b.now))
	})
	b.holds(t)
}

func TestScanPages(t *testing.T) {
	b := newDriftBench(t)
	ref := b.open(t).ScanRef
	page := driftwatch.Page{
		Number: 1, Next: "cursor-2", Tally: driftwatch.Tally{Resources: 5, Expected: 10, Findings: 1},
		Findings: []driftwatch.Finding{driftwatch.NewFinding(difference("vm-1", "a", "x", drift.Functional))},
	}
	at, err := b.drifts.KeepPage(ctx, ref, page)
	require.NoError(t, err)
	require.Equal(t, driftwatch.Position{Pages: 1, Cursor: "cursor-2", Tally: page.Tally}, at)

	t.Run("a page that is kept already changes nothing", func(t *testing.T) {
		again, err := b.drifts.KeepPage(ctx, ref, page)
		require.NoError(t, err)
		require.Equal(t, at, again)
		records, err := b.drifts.Findings(ctx, ref.ScanID, driftwatch.FindingPosition{}, 10)
		require.NoError(t, err)
		require.Len(t, records, 1)
	})
	t.Run("the last page finishes the scan, and counts are summed", func(t *testing.T) {
		at, err := b.drifts.KeepPage(ctx, ref, driftwatch.Page{Number: 2, Tally: driftwatch.Tally{Resources: 5, Expected: 10}})
		require.NoError(t, err)
		require.True(t, at.Finished)
		require.EqualValues(t, 10, at.Tally.Resources)
		require.Empty(t, at.Tally.Gap())
	})
}

func TestStances(t *testing.T) {
	b := newDriftBench(t)
	same := func(resource string) drift.Record {
		return difference(resource, "tags.team", "renamed", drift.Cosmetic)
	}
	b.scan(t, "")
	b.scan(t, "", same("vm-1"), same("vm-2"), same("vm-3"), difference("vm-3", "port", "22", drift.Critical))

	groups := b.listed(t, driftwatch.Filter{})
	t.Run("the same cause over many resources is one group, the gravest first", func(t *testing.T) {
		require.Len(t, groups, 2)
		require.Equal(t, drift.Critical, groups[0].Severity)
		require.EqualValues(t, 3, groups[1].Resources)
		require.Len(t, groups[1].Drifts, 3)
		require.Equal(t, "tags.team", groups[1].Path)
	})
	t.Run("pages follow one another", func(t *testing.T) {
		first, err := b.drifts.Drifts(ctx, driftwatch.Filter{}, driftwatch.GroupPosition{}, 1)
		require.NoError(t, err)
		next, err := b.drifts.Drifts(ctx, driftwatch.Filter{}, driftwatch.GroupPosition{Rank: 4, Count: 1, Cause: first[0].Cause}, 1)
		require.NoError(t, err)
		require.Equal(t, groups[1].Cause, next[0].Cause)
	})
	t.Run("a severity narrows", func(t *testing.T) {
		require.Len(t, b.listed(t, driftwatch.Filter{Severity: drift.Cosmetic}), 1)
		require.Empty(t, b.listed(t, driftwatch.Filter{TenantID: "dune"}))
	})
	stance := driftwatch.Stance{State: driftwatch.DriftAccepted, Reason: "renamed on purpose", Owner: "team", Expires: b.now.Add(time.Hour), Subject: "olga", At: b.now}
	t.Run("a stance on a group is about all its resources", func(t *testing.T) {
		count, err := b.drifts.TakeStance(ctx, "", groups[1].Cause, stance)
		require.NoError(t, err)
		require.Equal(t, 3, count)
		require.Len(t, b.listed(t, driftwatch.Filter{}), 1)
		accepted := b.listed(t, driftwatch.Filter{State: driftwatch.DriftAccepted})
		require.Len(t, accepted, 1)
		require.Equal(t, "olga", accepted[0].Drifts[0].Stance.Subject)
		require.Equal(t, drifthistory.Accepted, b.kinds(t, "vm-1")[0])
	})
	t.Run("what is accepted is quiet at the next scan", func(t *testing.T) {
		scan := b.scan(t, "", same("vm-1"), same("vm-2"), same("vm-3"))
		require.Zero(t, scan.News)
		candidates, _, err := b.drifts.Candidates(ctx, scan.ScanRef, enforced, 10)
		require.NoError(t, err)
		require.Empty(t, candidates)
		quiet, err := b.drifts.QuietDrifts(ctx, "acme", "vm-1")
		require.NoError(t, err)
		require.Len(t, quiet, 1)
	})
	t.Run("another value ends the quiet", func(t *testing.T) {
		other := same("vm-2")
		other.ActualValue = json.RawMessage(`"again"`)
		scan := b.scan(t, "", same("vm-1"), other, same("vm-3"))
		require.EqualValues(t, 1, scan.News)
		candidates, _, err := b.drifts.Candidates(ctx, scan.ScanRef, enforced, 10)
		require.NoError(t, err)
		require.Len(t, candidates, 1)
		require.Equal(t, "vm-2", candidates[0].ResourceID)
		require.False(t, candidates[0].Quiet)
	})
	t.Run("so does its end", func(t *testing.T) {
		b.now = b.now.Add(2 * time.Hour)
		scan := b.scan(t, "", same("vm-1"), same("vm-3"))
		require.EqualValues(t, 2, scan.News)
		require.Equal(t, drifthistory.Reopened, b.kinds(t, "vm-1")[0])
	})
	t.Run("who may not take one is on record once, and changes nothing", func(t *testing.T) {
		open := b.listed(t, driftwatch.Filter{})
		require.NoError(t, b.drifts.RefuseStance(ctx, "", groups[1].Cause, stance, fault.Forbidden))
		require.Equal(t, open, b.listed(t, driftwatch.Filter{}))
		entries, err := b.history.Entries(ctx, drifthistory.Filter{ResourceID: "vm-1", Reference: groups[1].Cause}, drifthistory.Position{}, 100)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.Equal(t, drifthistory.StanceRefused, entries[0].Kind)
		require.Equal(t, "olga", entries[0].Subject)
		require.Contains(t, string(entries[0].Document), `"refusal":"forbidden","seen":{`)
		require.NotEqual(t, drifthistory.StanceRefused, b.kinds(t, "vm-3")[0])
	})
	t.Run("nothing under an id is a NotFound error, another tenant's too", func(t *testing.T) {
		_, err := b.drifts.TakeStance(ctx, "", "d-nothing", stance)
		require.Equal(t, fault.NotFound, fault.CodeOf(err))
		require.Equal(t, fault.NotFound, fault.CodeOf(b.drifts.RefuseStance(ctx, "dune", groups[1].Cause, stance, fault.Forbidden)))
		_, err = b.drifts.TakeStance(ctx, "dune", groups[1].Cause, stance)
		require.Equal(t, fault.NotFound, fault.CodeOf(err))
	})
	b.holds(t)
}

func TestOneCauseOverManyResourcesIsOneGroup(t *testing.T) {
	b := newDriftBench(t)
	var found []drift.Record
	for i := range 1000 {
		renamed := difference(fmt.Sprintf("vm-%03d", i), fmt.Sprintf("tags[%d].team", i%3), "renamed", drift.Cosmetic)
		renamed.DesiredValue = json.RawMessage(fmt.Sprintf("%q", fmt.Sprintf("team-%d", i)))
		found = append(found, renamed, difference(fmt.Sprintf("vm-%03d", i), "size", fmt.Sprint(i), drift.Functional))
	}
	b.scan(t, "", found...)
	t.Run("whatever was declared for each, and wherever in its list", func(t *testing.T) {
		groups := b.listed(t, driftwatch.Filter{Severity: drift.Cosmetic})
		require.Len(t, groups, 1)
		require.EqualValues(t, 1000, groups[0].Resources)
		require.Len(t, groups[0].Drifts, driftwatch.GroupLists)
	})
	t.Run("pages hold every group once, the gravest first", func(t *testing.T) {
		seen := map[string]bool{}
		var after driftwatch.GroupPosition
		for {
			page, err := b.drifts.Drifts(ctx, driftwatch.Filter{}, after, 300)
			require.NoError(t, err)
			for _, group := range page {
				require.False(t, seen[group.Cause])
				seen[group.Cause] = true
				after = driftwatch.GroupPosition{Rank: map[drift.Severity]int{drift.Cosmetic: 1, drift.Functional: 2}[group.Severity], Count: group.Resources, Cause: group.Cause}
			}
			if len(page) < 300 {
				require.Equal(t, drift.Cosmetic, page[len(page)-1].Severity)
				break
			}
		}
		require.Len(t, seen, 1001)
	})
	t.Run("and one word about the group is about all of them", func(t *testing.T) {
		group := b.listed(t, driftwatch.Filter{Severity: drift.Cosmetic})[0]
		count, err := b.drifts.TakeStance(ctx, "acme", group.Cause, driftwatch.Stance{
			State: driftwatch.DriftSnoozed, Reason: "a reorganisation", Owner: "olga", Expires: b.now.Add(time.Hour), Subject: "olga", At: b.now,
		})
		require.NoError(t, err)
		require.Equal(t, 1000, count)
		require.Empty(t, b.listed(t, driftwatch.Filter{Severity: drift.Cosmetic}))
	})
	b.holds(t)
}

func TestModes(t *testing.T) {
	b := newDriftBench(t)
	set := func(subject, reason string, modes ...driftwatch.ModeSetting) {
		b.now = b.now.Add(time.Minute)
		require.NoError(t, b.drifts.SetModes(ctx, "acme", modes, subject, reason, b.now))
	}
	all := func(mode driftwatch.Mode) driftwatch.ModeSetting {
		return driftwatch.ModeSetting{ResourceType: "*", Mode: mode}
	}
	vms := driftwatch.ModeSetting{ResourceType: "vm", Mode: driftwatch.Enforce}
	modes, err := b.drifts.Modes(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, driftwatch.Observe, modes.Of("vm"))
	set("olga", "a trial", all(driftwatch.Propose), vms)
	began := b.now
	set("oleg", "the same again", vms, all(driftwatch.Propose))
	set("oscar", "it went well", all(driftwatch.Enforce), vms)

	t.Run("what stays as it was stays with whom it was set by", func(t *testing.T) {
		inForce, err := b.drifts.ModesInForce(ctx, "acme")
		require.NoError(t, err)
		require.Equal(t, []driftwatch.ModeInForce{
			{ModeSetting: all(driftwatch.Enforce), SetBy: "oscar", SetAt: b.now, Reason: "it went well"},
			{ModeSetting: vms, SetBy: "olga", SetAt: began, Reason: "a trial"},
		}, inForce)
	})
	set("oscar", "", all(driftwatch.Enforce))
	modes, err = b.drifts.Modes(ctx, "acme")
	require.NoError(t, err)
	require.Equal(t, driftwatch.Modes{all(driftwatch.Enforce)}, modes)

	entries, err := b.history.Entries(ctx, drifthistory.Filter{Kinds: []drifthistory.Kind{drifthistory.ModesSet}}, drifthistory.Position{}, 100)
	require.NoError(t, err)
	require.Len(t, entries, 3, "the same modes once more are no change")
	require.Equal(t, "oscar", entries[1].Subject)
	require.JSONEq(t, `{"before":[{"resource_type":"*","mode":"propose"},{"resource_type":"vm","mode":"enforce"}],
		"after":[{"resource_type":"*","mode":"enforce"},{"resource_type":"vm","mode":"enforce"}],"reason":"it went well"}`, string(entries[1].Document))
	b.holds(t)
}

func TestDriftHistoryIsVerified(t *testing.T) {
	b := newDriftBench(t)
	b.scan(t, "", difference("vm-1", "a", "x", drift.Functional), difference("vm-1", "b", "x", drift.Functional), difference("vm-2", "a", "x", drift.Functional))
	head, err := postgres.VerifyDriftHistory(ctx, b.pool, "acme", "")
	require.NoError(t, err)
	require.EqualValues(t, 3, head.Entries)
	_, err = postgres.VerifyDriftHistory(ctx, b.pool, "acme", head.Hash)
	require.NoError(t, err)

	t.Run("the service cannot even ask for a change", func(t *testing.T) {
		_, err := b.pool.Exec(ctx, "UPDATE drift_history SET subject = 'nobody'")
		require.ErrorContains(t, err, "permission denied")
		_, err = b.pool.Exec(ctx, "DELETE FROM drift_history")
		require.ErrorContains(t, err, "permission denied")
	})
	owner := func(t *testing.T, statement string) {
		pool, err := postgres.Open(ctx, b.url)
		require.NoError(t, err)
		defer pool.Close()
		_, err = pool.Exec(ctx, "ALTER TABLE omnicloud.drift_history DISABLE TRIGGER USER")
		require.NoError(t, err)
		_, err = pool.Exec(ctx, statement)
		require.NoError(t, err)
	}
	t.Run("an entry that an owner edits behind the triggers is named", func(t *testing.T) {
		owner(t, "UPDATE omnicloud.drift_history SET document = '{}' WHERE chain_index = 2")
		_, err := postgres.VerifyDriftHistory(ctx, b.pool, "acme", "")
		require.Equal(t, fault.Tampered, fault.CodeOf(err))
		require.ErrorContains(t, err, "entry 2 of the drift history of tenant acme")
	})
	t.Run("and two that changed places", func(t *testing.T) {
		b := newDriftBench(t)
		b.scan(t, "", difference("vm-1", "a", "x", drift.Functional), difference("vm-1", "b", "x", drift.Functional), difference("vm-2", "a", "x", drift.Functional))
		pool, err := postgres.Open(ctx, b.url)
		require.NoError(t, err)
		defer pool.Close()
		for _, statement := range []string{
			"ALTER TABLE omnicloud.drift_history DISABLE TRIGGER USER",
			"UPDATE omnicloud.drift_history SET chain_index = 100 WHERE chain_index = 2",
			"UPDATE omnicloud.drift_history SET chain_index = 2 WHERE chain_index = 3",
			"UPDATE omnicloud.drift_history SET chain_index = 3 WHERE chain_index = 100",
		} {
			_, err = pool.Exec(ctx, statement)
			require.NoError(t, err)
		}
		_, err = postgres.VerifyDriftHistory(ctx, b.pool, "acme", "")
		require.Equal(t, fault.Tampered, fault.CodeOf(err))
		require.ErrorContains(t, err, "entry 2 of the drift history of tenant acme")
	})
	t.Run("and one that is dropped", func(t *testing.T) {
		owner(t, "DELETE FROM omnicloud.drift_history WHERE chain_index = 2")
		_, err := postgres.VerifyDriftHistory(ctx, b.pool, "acme", "")
		require.ErrorContains(t, err, "entry 2 of the drift history of tenant acme was dropped")
	})
}
