package workers

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// noRules are the rules of those who wrote none.
type noRules struct{ driftwatch.RuleStore }

func (noRules) Latest(context.Context) (driftwatch.RuleVersion, error) {
	return driftwatch.RuleVersion{}, nil
}

// listing has a resource a page, and counts how often it is read from the beginning. Endless, its last page
// names itself as the next.
type listing struct {
	resources []infra.Resource
	endless   bool
	reads     int
}

func (l *listing) Resources(_ context.Context, _ infra.ResourceFilter, cursor string) (infra.ResourcePage, error) {
	at := len(cursor)
	if at == 0 {
		l.reads++
	}
	page := infra.ResourcePage{Resources: l.resources[at : at+1], Total: int64(len(l.resources))}
	switch {
	case at+1 < len(l.resources):
		page.Next = cursor + "x"
	case l.endless:
		page.Next = cursor
	}
	return page, nil
}

// traces remember what was secret, without end.
type traces map[string][]driftwatch.SeenTrace

func (m traces) Traces(_ context.Context, tenantID string, _ time.Time) ([]driftwatch.SeenTrace, error) {
	return m[tenantID], nil
}

func (m traces) See(_ context.Context, tenantID string, seen []secrecy.Trace, now time.Time) error {
	for _, trace := range seen {
		m[tenantID] = append(m[tenantID], driftwatch.SeenTrace{Trace: trace, SeenAt: now})
	}
	return nil
}

func TestRulebook(t *testing.T) {
	const word = "correct-horse-battery"
	inventory := &listing{resources: []infra.Resource{
		{ID: "vm-1", Type: "vm", TenantID: "acme", Desired: json.RawMessage(`{"note":"a"}`), Actual: json.RawMessage(`{"note":"` + word + `"}`)},
		{ID: "db-1", Type: "db", TenantID: "acme", Desired: json.RawMessage(`{"password":"` + word + `"}`)},
	}}
	now, memory := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC), traces{}
	book := &rulebook{store: noRules{}, inventory: inventory, memory: memory, key: []byte("key"), now: func() time.Time { return now }}
	current := func() driftwatch.Comparer {
		comparer, version, err := book.Current(t.Context(), "acme")
		require.NoError(t, err)
		require.Zero(t, version)
		return comparer
	}

	t.Run("a secret of one resource is hidden in another", func(t *testing.T) {
		records, err := current().ScanResource(inventory.resources[0])
		require.NoError(t, err)
		require.Len(t, records, 1)
		require.NotContains(t, string(records[0].ActualValue), word)
		require.NotContains(t, current().Hide(inventory.resources[0], "cannot write "+word), word)
	})
	t.Run("all resources are read once while what they hold is fresh, and again once it is not or was forgotten", func(t *testing.T) {
		require.Equal(t, 1, inventory.reads)
		now = now.Add(lensFresh)
		current()
		require.Equal(t, 2, inventory.reads)
		book.Forget("globex")
		current()
		require.Equal(t, 2, inventory.reads)
		book.Forget("acme")
		current()
		require.Equal(t, 3, inventory.reads)
	})
	t.Run("what is secret is noted once a week", func(t *testing.T) {
		require.Len(t, memory["acme"], 1)
		now = now.Add(driftwatch.TracesRenewed + time.Hour)
		current()
		require.Len(t, memory["acme"], 2)
	})
	t.Run("a secret that was rotated away stays hidden where it is left", func(t *testing.T) {
		inventory.resources[1].Desired = json.RawMessage(`{"password":"another-horse-battery"}`)
		book.Forget("acme")
		records, err := current().ScanResource(inventory.resources[0])
		require.NoError(t, err)
		require.NotContains(t, string(records[0].ActualValue), word)
		require.NotContains(t, current().Hide(inventory.resources[0], "cannot write "+word), word)
	})
	t.Run("a resource that was deleted does not drift", func(t *testing.T) {
		records, err := current().ScanResource(infra.Resource{ID: "gone", Type: "vm", TenantID: "acme"})
		require.NoError(t, err)
		require.Empty(t, records)
	})
	t.Run("a listing that never ends does not pass for a whole one", func(t *testing.T) {
		inventory.endless = true
		book.Forget("acme")
		_, _, err := book.Current(t.Context(), "acme")
		require.Equal(t, fault.Upstream, fault.CodeOf(err))
	})
}
