package driftwatch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// listing is an inventory of pages, the cursor being the number of the next.
type listing struct {
	pages [][]infra.Resource
	fails map[int]error
	asked []string
}

func (l *listing) Resources(_ context.Context, _ infra.ResourceFilter, cursor string) (infra.ResourcePage, error) {
	l.asked = append(l.asked, cursor)
	number, total := 0, 0
	_, _ = fmt.Sscan(cursor, &number)
	if err := l.fails[number]; err != nil {
		return infra.ResourcePage{}, err
	}
	for _, page := range l.pages {
		total += len(page)
	}
	page := infra.ResourcePage{Resources: l.pages[number], Total: int64(total)}
	if number+1 < len(l.pages) {
		page.Next = fmt.Sprint(number + 1)
	}
	return page, nil
}

// kept keeps pages in memory.
type kept struct {
	at       driftwatch.Position
	found    []driftwatch.Finding
	changing []string
}

func (k *kept) Position(context.Context, driftwatch.ScanRef) (driftwatch.Position, error) {
	return k.at, nil
}

func (k *kept) KeepPage(_ context.Context, _ driftwatch.ScanRef, page driftwatch.Page) (driftwatch.Position, error) {
	k.at = driftwatch.Position{Pages: page.Number, Cursor: page.Next, Finished: page.Next == "", Tally: k.at.Tally.Add(page.Tally)}
	k.found = append(k.found, page.Findings...)
	k.changing = append(k.changing, page.Changing...)
	return k.at, nil
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// naming is a comparer that finds drift where both sides differ, and cannot compare what is called broken.
type naming struct{}

func (naming) ScanResource(resource infra.Resource) ([]drift.Record, error) {
	if resource.ID == "broken" {
		return nil, fault.New(fault.Upstream, "the schema of resource broken is not understood")
	}
	if string(resource.Desired) == string(resource.Actual) {
		return nil, nil
	}
	kind := drift.ValueChanged
	if resource.Actual == nil {
		kind = drift.ResourceMissing
	}
	return []drift.Record{{ResourceID: resource.ID, TenantID: resource.TenantID, Type: kind, Severity: drift.Functional}}, nil
}

func (naming) Hide(_ infra.Resource, text string) string {
	return strings.ReplaceAll(text, "hunter2", "[hidden]")
}

func same(id string) infra.Resource {
	return infra.Resource{ID: id, TenantID: "acme", Desired: json.RawMessage(`{}`), Actual: json.RawMessage(`{}`)}
}

func changed(id string) infra.Resource {
	resource := same(id)
	resource.Actual = json.RawMessage(`{"a":1}`)
	return resource
}

func TestScanner(t *testing.T) {
	ref := driftwatch.ScanRef{TenantID: "acme", ScanID: "s"}
	scan := func(l *listing, k *kept) (driftwatch.Position, error) {
		scanner := driftwatch.Scanner{Inventory: l, Scans: k, Comparer: naming{}, Now: func() time.Time { return noon }}
		return scanner.Scan(t.Context(), ref, nil)
	}
	t.Run("works through every page and counts", func(t *testing.T) {
		gone := same("gone")
		gone.Actual = nil
		at, err := scan(&listing{pages: [][]infra.Resource{{same("a"), changed("b")}, {gone}, {changed("c")}}}, &kept{})
		require.NoError(t, err)
		require.True(t, at.Finished)
		require.Equal(t, driftwatch.Tally{
			Resources: 4, Drifted: 3, Missing: 1, Findings: 3, Expected: 4, Running: map[string]int64{"": 3},
		}, at.Tally)
		require.Empty(t, at.Tally.Gap())
	})
	t.Run("goes on after the last page kept", func(t *testing.T) {
		l, k := &listing{pages: [][]infra.Resource{{changed("a")}, {changed("b")}}, fails: map[int]error{1: fault.New(fault.Unavailable, "not now")}}, &kept{}
		_, err := scan(l, k)
		require.Equal(t, fault.Unavailable, fault.CodeOf(err))
		l.fails = nil
		at, err := scan(l, k)
		require.NoError(t, err)
		require.Equal(t, []string{"", "1", "1"}, l.asked)
		require.EqualValues(t, 2, at.Tally.Findings)
	})
	for name, resource := range map[string]infra.Resource{
		"one that cannot be read":     {ID: "dark", TenantID: "acme", Unreadable: "no answer"},
		"one that cannot be compared": {ID: "broken", TenantID: "acme"},
		"one of another tenant":       {ID: "x", TenantID: "dune", Desired: json.RawMessage(`{}`)},
	} {
		t.Run(name+" tells nothing and leaves a doubt", func(t *testing.T) {
			k := &kept{}
			at, err := scan(&listing{pages: [][]infra.Resource{{changed("a"), resource}}}, k)
			require.NoError(t, err)
			require.EqualValues(t, 1, at.Tally.Unreadable)
			require.Equal(t, "1 of 2 resources could not be read", at.Tally.Gap())
			require.Len(t, k.found, 1)
		})
	}
	for name, each := range map[string]struct {
		state     infra.State
		untouched time.Duration
		compared  bool
	}{
		"one that is being made is not compared":      {state: infra.Creating},
		"nor one that is being updated":               {state: infra.Updating, untouched: 59 * time.Minute},
		"nor one that is being deleted":               {state: infra.Deleting, untouched: time.Minute},
		"one that is stuck in a change is compared":   {state: infra.Updating, untouched: time.Hour, compared: true},
		"so is one that was touched long from now":    {state: infra.Updating, untouched: -time.Hour, compared: true},
		"one that failed in the middle of it is, too": {state: infra.Failed, compared: true},
	} {
		t.Run(name, func(t *testing.T) {
			resource, k := changed("b"), &kept{}
			resource.State, resource.UpdatedAt = each.state, noon.Add(-each.untouched)
			at, err := scan(&listing{pages: [][]infra.Resource{{changed("a"), resource}}}, k)
			require.NoError(t, err)
			require.Empty(t, at.Tally.Gap(), "nothing is in doubt")
			require.EqualValues(t, 2, at.Tally.Running[""], "it is there")
			if each.compared {
				require.Len(t, k.found, 2)
				require.Zero(t, at.Tally.Changing)
				return
			}
			require.Len(t, k.found, 1)
			require.EqualValues(t, 1, at.Tally.Changing)
			require.Equal(t, []string{"b"}, k.changing)
		})
	}
	t.Run("a listing that names the same page again ends", func(t *testing.T) {
		_, err := scan(&listing{pages: [][]infra.Resource{{same("a")}, {same("b")}}}, &kept{at: driftwatch.Position{Cursor: "1"}})
		require.NoError(t, err)
		looped := &driftwatch.Scanner{Inventory: loop{}, Scans: &kept{}, Comparer: naming{}}
		_, err = looped.Scan(t.Context(), ref, nil)
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
	})
	t.Run("what the platform says of a failure is told without secrets", func(t *testing.T) {
		failure := fault.Wrap(fault.New(fault.Upstream, "cannot list hunter2"), fault.Upstream, "the state service answered 400")
		_, err := scan(&listing{pages: [][]infra.Resource{{}}, fails: map[int]error{0: failure}}, &kept{})
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
		require.ErrorContains(t, err, "cannot list [hidden]")
		require.NotContains(t, err.Error(), "hunter2")
	})
}

// loop always names the same next page.
type loop struct{}

func (loop) Resources(context.Context, infra.ResourceFilter, string) (infra.ResourcePage, error) {
	return infra.ResourcePage{Next: "again"}, nil
}

func TestModes(t *testing.T) {
	modes := driftwatch.Modes{{ResourceType: "vm", Mode: driftwatch.Enforce}, {ResourceType: "*", Mode: driftwatch.Propose}}
	require.Equal(t, driftwatch.Enforce, modes.Of("vm"))
	require.Equal(t, driftwatch.Propose, modes.Of("bucket"))
	require.Equal(t, driftwatch.Observe, driftwatch.Modes{}.Of("vm"), "nobody said that anything may be done")
	require.Equal(t, driftwatch.Observe, driftwatch.Modes{{ResourceType: "vm", Mode: driftwatch.Enforce}}.Of("bucket"))
	require.NoError(t, modes.Check())
	for name, wrong := range map[string]driftwatch.Modes{
		"an unknown mode": {{ResourceType: "vm", Mode: "mend"}},
		"no type":         {{Mode: driftwatch.Enforce}},
		"a type twice":    {{ResourceType: "vm", Mode: driftwatch.Enforce}, {ResourceType: "vm", Mode: driftwatch.Observe}},
	} {
		t.Run(name+" is refused", func(t *testing.T) { require.Equal(t, fault.InvalidInput, fault.CodeOf(wrong.Check())) })
	}
}

func TestStance(t *testing.T) {
	now := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	good := driftwatch.Stance{State: driftwatch.DriftSnoozed, Reason: "known", Owner: "olga", Expires: now.Add(time.Hour)}
	require.NoError(t, good.Check(now))
	for pointer, change := range map[string]func(*driftwatch.Stance){
		"/decision":   func(s *driftwatch.Stance) { s.State = driftwatch.DriftOpen },
		"/reason":     func(s *driftwatch.Stance) { s.Reason = " " },
		"/owner":      func(s *driftwatch.Stance) { s.Owner = "" },
		"/expires_at": func(s *driftwatch.Stance) { s.Expires = now },
	} {
		t.Run("without "+pointer, func(t *testing.T) {
			wrong := good
			change(&wrong)
			var refused *fault.Error
			require.ErrorAs(t, wrong.Check(now), &refused)
			require.Equal(t, pointer, refused.Fields[0].Pointer)
		})
	}
	t.Run("for good is an ignore rule's business", func(t *testing.T) {
		wrong := good
		wrong.Expires = now.AddDate(2, 0, 0)
		require.ErrorContains(t, wrong.Check(now), "an ignore rule leaves it be for good")
	})
}
