package postgres_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// found settles a whole scan of findings and returns it.
func (b *driftBench) found(t testing.TB, findings ...driftwatch.Finding) driftwatch.Scan {
	t.Helper()
	ref := b.open(t).ScanRef
	_, err := b.drifts.KeepPage(ctx, ref, driftwatch.Page{
		Number: 1, Tally: driftwatch.Tally{Resources: 10, Expected: 10, Findings: int64(len(findings))}, Findings: findings,
	})
	require.NoError(t, err)
	scan, err := b.drifts.Settle(ctx, ref, "", b.now)
	require.NoError(t, err)
	return scan
}

func finding(resource string, severity drift.Severity, opens bool) driftwatch.Finding {
	found := driftwatch.NewFinding(difference(resource, "a", "x", severity))
	found.Opens = opens
	return found
}

func TestCandidatesComeGravestFirst(t *testing.T) {
	m := newMending(t)
	findings := []driftwatch.Finding{
		finding("a-cosmetic", drift.Cosmetic, false), finding("b-functional", drift.Functional, false),
		finding("c-security", drift.Security, false), finding("d-critical", drift.Critical, false), finding("e-critical", drift.Critical, false),
		finding("x-security-open", drift.Security, true), finding("y-critical-open", drift.Critical, true), finding("z-critical-open", drift.Critical, true),
	}
	scan := m.found(t, findings...)
	ordered := []string{"y-critical-open", "z-critical-open", "d-critical", "e-critical", "x-security-open", "c-security", "b-functional", "a-cosmetic"}
	ids := func(modes driftwatch.Modes, limit int) ([]string, int64) {
		list, total, err := m.drifts.Candidates(ctx, scan.ScanRef, modes, limit)
		require.NoError(t, err)
		var ids []string
		for _, candidate := range list {
			ids = append(ids, candidate.ResourceID)
		}
		return ids, total
	}
	t.Run("by severity, then what mending narrows, then by id", func(t *testing.T) {
		list, total := ids(enforced, 100)
		require.Equal(t, ordered, list)
		require.EqualValues(t, 8, total)
	})
	t.Run("a limit cuts the mildest, and all are counted", func(t *testing.T) {
		list, total := ids(enforced, 3)
		require.Equal(t, ordered[:3], list)
		require.EqualValues(t, 8, total)
	})
	t.Run("modes say of which types", func(t *testing.T) {
		for name, c := range map[string]struct {
			modes driftwatch.Modes
			count int
		}{
			"none set":         {nil, 0},
			"all observed":     {driftwatch.Modes{{ResourceType: "*", Mode: driftwatch.Observe}}, 0},
			"one excepted":     {driftwatch.Modes{{ResourceType: "*", Mode: driftwatch.Enforce}, {ResourceType: "vm", Mode: driftwatch.Observe}}, 0},
			"another excepted": {driftwatch.Modes{{ResourceType: "*", Mode: driftwatch.Propose}, {ResourceType: "db", Mode: driftwatch.Observe}}, 8},
			"one proposed":     {driftwatch.Modes{{ResourceType: "vm", Mode: driftwatch.Propose}}, 8},
		} {
			list, total := ids(c.modes, 100)
			require.Len(t, list, c.count, name)
			require.EqualValues(t, c.count, total, name)
		}
	})
	t.Run("what is under way is none", func(t *testing.T) {
		m.open(t, "y-critical-open", "cause")
		list, _ := ids(enforced, 100)
		require.Equal(t, ordered[1:], list)
	})
	end := func(resource string, state remediation.State) {
		list, _, err := m.drifts.Candidates(ctx, scan.ScanRef, enforced, 100)
		require.NoError(t, err)
		for _, candidate := range list {
			if candidate.ResourceID != resource {
				continue
			}
			request := m.request(resource, candidate.Cause)
			request.ScanID = scan.ScanID
			opened, _, err := m.store.Open(ctx, request)
			require.NoError(t, err)
			if state == remediation.Rejected {
				m.plan(t, opened.Ref, "hash", false)
				require.NoError(t, m.store.Reject(ctx, opened.Ref, m.decision("d-1", "hash", "reject")))
				return
			}
			require.NoError(t, m.store.End(ctx, opened.Ref, remediation.Ending{State: state, Now: m.now}))
		}
	}
	t.Run("what was rejected, or cannot be mended, is none until it is another", func(t *testing.T) {
		end("z-critical-open", remediation.Rejected)
		end("d-critical", remediation.Unmendable)
		end("e-critical", remediation.Failed)
		list, total := ids(enforced, 100)
		require.Equal(t, ordered[3:], list, "what failed is tried again")
		require.EqualValues(t, 5, total)
		for i, changed := range findings {
			if changed.Record.ResourceID == "d-critical" || changed.Record.ResourceID == "z-critical-open" {
				findings[i] = finding(changed.Record.ResourceID, drift.Functional, false)
			}
		}
		scan = m.found(t, findings...)
		list, _ = ids(enforced, 100)
		require.Equal(t, []string{"e-critical", "x-security-open", "c-security", "b-functional", "d-critical", "z-critical-open", "a-cosmetic"}, list)
	})
	t.Run("other rules may know how to mend it", func(t *testing.T) {
		end("d-critical", remediation.Unmendable)
		list, _ := ids(enforced, 100)
		require.NotContains(t, list, "d-critical")
		running := m.driftBench.open(t)
		require.NoError(t, m.drifts.NoteRules(ctx, running.ScanRef, 7))
		_, err := m.drifts.KeepPage(ctx, running.ScanRef, driftwatch.Page{Number: 1, Tally: driftwatch.Tally{Resources: 10, Expected: 10}, Findings: findings})
		require.NoError(t, err)
		scan, err = m.drifts.Settle(ctx, running.ScanRef, "", m.now)
		require.NoError(t, err)
		list, _ = ids(enforced, 100)
		require.Contains(t, list, "d-critical")
	})
	t.Run("how many a scan opened and left is kept", func(t *testing.T) {
		require.NoError(t, m.drifts.CountOpened(ctx, scan.ScanRef, 3, 5))
		kept, err := m.drifts.Scan(ctx, "acme", scan.ScanID)
		require.NoError(t, err)
		require.EqualValues(t, 3, kept.Opened)
		require.EqualValues(t, 5, kept.Deferred)
	})
}

func TestConfirmingALoss(t *testing.T) {
	b := newDriftBench(t)
	number := 0
	request := func(confirms string, types ...string) driftwatch.ScanRequest {
		number++
		return driftwatch.ScanRequest{
			TenantID: "acme", ScanID: fmt.Sprintf("confirm-%d", number), Types: types, Confirms: confirms, Reason: "the account was closed",
			RequestedBy: "olga", Now: b.now,
		}
	}
	baseline := func(ref driftwatch.ScanRef) driftwatch.Baseline {
		found, err := b.drifts.Baseline(ctx, ref)
		require.NoError(t, err)
		return found
	}
	settle := func(ref driftwatch.ScanRef, doubt string, running map[string]int64, listed int64) driftwatch.Scan {
		b.now = b.now.Add(1e9)
		_, err := b.drifts.KeepPage(ctx, ref, driftwatch.Page{Number: 1, Tally: driftwatch.Tally{Resources: listed, Expected: listed, Running: running}})
		require.NoError(t, err)
		scan, err := b.drifts.Settle(ctx, ref, doubt, b.now)
		require.NoError(t, err)
		return scan
	}
	empty := settle(b.open(t).ScanRef, "", nil, 0)
	require.True(t, empty.First)
	first := b.open(t)
	require.True(t, first.First, "a scan that saw nothing was no first one")
	require.Equal(t, empty.ScanID, baseline(first.ScanRef).ScanID)
	whole := settle(first.ScanRef, "", map[string]int64{"vm": 12}, 12)
	lossy := settle(b.open(t).ScanRef, "none does now", nil, 0)
	require.Equal(t, driftwatch.ScanPartial, lossy.State)

	t.Run("a scan is held against the latest whole one of at least its types", func(t *testing.T) {
		scan := b.open(t)
		require.Equal(t, whole.ScanID, baseline(scan.ScanRef).ScanID)
		require.NoError(t, b.drifts.FailScan(ctx, scan.ScanRef, "", b.now))
		scan = b.open(t, "sg", "vm")
		require.Equal(t, map[string]int64{"sg": 0, "vm": 12}, baseline(scan.ScanRef).Tally.Running)
		require.NoError(t, b.drifts.FailScan(ctx, scan.ScanRef, "", b.now))
	})
	for name, c := range map[string]struct {
		request driftwatch.ScanRequest
		code    fault.Code
	}{
		"a scan that is not there":  {request("none"), fault.NotFound},
		"a whole scan":              {request(whole.ScanID), fault.Conflict},
		"a scan of other types":     {request(lossy.ScanID, "vm"), fault.Conflict},
		"another tenant's own scan": {driftwatch.ScanRequest{TenantID: "dune", ScanID: "d", Confirms: lossy.ScanID, Reason: "x", Now: b.now}, fault.NotFound},
	} {
		t.Run(name+" cannot be confirmed", func(t *testing.T) {
			_, _, err := b.drifts.OpenScan(ctx, c.request)
			require.Equal(t, c.code, fault.CodeOf(err))
		})
	}
	t.Run("while another scan runs none is confirmed, and nothing goes on record", func(t *testing.T) {
		running := b.open(t)
		_, _, err := b.drifts.OpenScan(ctx, request(lossy.ScanID))
		require.Equal(t, fault.Conflict, fault.CodeOf(err))
		require.Empty(t, b.kinds(t, ""))
		require.NoError(t, b.drifts.FailScan(ctx, running.ScanRef, "", b.now))
	})
	t.Run("a confirming scan is held against what it confirms, and its reason is on record once", func(t *testing.T) {
		asked := request(lossy.ScanID)
		scan, opened, err := b.drifts.OpenScan(ctx, asked)
		require.NoError(t, err)
		require.True(t, opened)
		again, opened, err := b.drifts.OpenScan(ctx, request(lossy.ScanID))
		require.NoError(t, err)
		require.False(t, opened)
		require.Equal(t, scan.ScanID, again.ScanID)
		found := baseline(scan.ScanRef)
		require.True(t, found.Confirmed)
		require.Equal(t, lossy.ScanID, found.ScanID)
		require.Equal(t, []drifthistory.Kind{drifthistory.LossConfirmed}, b.kinds(t, ""))
		require.Equal(t, driftwatch.ScanComplete, settle(scan.ScanRef, "", nil, 0).State)
		_, _, err = b.drifts.OpenScan(ctx, request(lossy.ScanID))
		require.Equal(t, fault.Conflict, fault.CodeOf(err), "a later scan was complete")
	})
	b.holds(t)
}
