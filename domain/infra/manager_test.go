package infra_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func TestStates(t *testing.T) {
	legal := map[infra.State]string{
		infra.Pending: "creating deleted failed", infra.Creating: "active deleting failed",
		infra.Active: "creating updating deleting", infra.Updating: "active failed",
		infra.Deleting: "deleted failed", infra.Deleted: "", infra.Failed: "creating active updating deleting",
	}
	for _, from := range infra.States() {
		var possible []string
		for _, to := range infra.States() {
			if from.MayBecome(to) {
				possible = append(possible, string(to))
			}
		}
		require.Equal(t, legal[from], strings.Join(possible, " "), "from %s", from)
	}
	require.False(t, infra.State("gone").Valid())
}

func TestManagerTransitions(t *testing.T) {
	create := func(t *testing.T) (*infra.StateManager[finding], infra.Resource) {
		t.Helper()
		declared := running("vm", `{"n":1}`)
		declared.Actual = nil
		m := newManager(newMemory())
		created, _, err := m.Create(t.Context(), declared, infra.Write{})
		require.NoError(t, err)
		return m, created
	}
	t.Run("follow a life from pending to deleted", func(t *testing.T) {
		m, resource := create(t)
		require.Equal(t, infra.Pending, resource.State)
		for _, to := range []infra.State{infra.Creating, infra.Active, infra.Updating, infra.Failed, infra.Updating, infra.Active, infra.Deleting, infra.Deleted} {
			var err error
			resource, _, err = m.Transition(t.Context(), "vm", resource.Version, to, infra.Write{})
			require.NoError(t, err)
			require.Equal(t, to, resource.State)
		}
		require.EqualValues(t, 9, resource.Version)
	})
	t.Run("refuse an illegal one and say what is possible", func(t *testing.T) {
		m, resource := create(t)
		_, _, err := m.Transition(t.Context(), "vm", resource.Version, infra.Updating, infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.ErrorContains(t, err, "can become [creating deleted failed]")
	})
	t.Run("refuse a state that is none", func(t *testing.T) {
		m, resource := create(t)
		_, _, err := m.Transition(t.Context(), "vm", resource.Version, "gone", infra.Write{})
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	})
	t.Run("keep everybody else out meanwhile", func(t *testing.T) {
		m, resource := create(t)
		resource, _, err := m.Transition(t.Context(), "vm", resource.Version, infra.Creating, infra.Write{})
		require.NoError(t, err)
		_, _, err = m.Update(t.Context(), infra.Update{ID: "vm", Version: resource.Version, Side: infra.SideActual, Changes: []infra.Change{set("n", "2")}}, infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		_, _, err = m.Delete(t.Context(), "vm", resource.Version, infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
	})
}

func TestManagerWrites(t *testing.T) {
	update := func(version int64, changes ...infra.Change) infra.Update {
		return infra.Update{ID: "vm", Version: version, Side: infra.SideActual, Changes: changes}
	}
	fresh := func(t *testing.T) *infra.StateManager[finding] {
		t.Helper()
		m := newManager(newMemory())
		_, _, err := m.Create(t.Context(), running("vm", `{"n":1}`), infra.Write{})
		require.NoError(t, err)
		return m
	}
	t.Run("an update goes through updating, which the history shows", func(t *testing.T) {
		m := fresh(t)
		updated, _, err := m.Update(t.Context(), update(1, set("n", "2")), infra.Write{})
		require.NoError(t, err)
		require.EqualValues(t, 2, updated.Version)
		require.Equal(t, infra.Active, updated.State)
		history, err := m.Store.Transitions(t.Context(), "vm", 0, 10)
		require.NoError(t, err)
		var moves []string
		for _, move := range history {
			moves = append(moves, string(move.From)+">"+string(move.To))
		}
		require.Equal(t, "updating>active, active>updating, creating>active, pending>creating, >pending", joined(moves))
	})
	for name, c := range map[string]struct {
		update infra.Update
		code   fault.Code
	}{
		"another version":            {update(7, set("n", "2")), fault.PreconditionFailed},
		"no version":                 {update(0, set("n", "2")), fault.PreconditionRequired},
		"no changes":                 {update(1), fault.InvalidInput},
		"a path that leads nowhere":  {update(1, set("n.m", "2")), fault.InvalidInput},
		"a path that is none":        {update(1, set("n..m", "2")), fault.InvalidInput},
		"a resource that is unknown": {infra.Update{ID: "other", Version: 1, Side: infra.SideActual, Changes: []infra.Change{set("n", "2")}}, fault.NotFound},
		"a side that is none":        {infra.Update{ID: "vm", Version: 1, Changes: []infra.Change{set("n", "2")}}, fault.InvalidInput},
		"more than is kept":          {update(1, set("n", `"`+strings.Repeat("x", infra.MaxConfigurationBytes)+`"`)), fault.InvalidInput},
	} {
		t.Run("an update is refused for "+name, func(t *testing.T) {
			m := fresh(t)
			_, _, err := m.Update(t.Context(), c.update, infra.Write{})
			require.True(t, fault.Is(err, c.code), "%v", err)
			resource, err := m.Resource(t.Context(), "vm")
			require.NoError(t, err)
			require.EqualValues(t, 1, resource.Version)
		})
	}
	t.Run("a resource is there once, and again after its end, with versions that go on", func(t *testing.T) {
		m := fresh(t)
		_, _, err := m.Create(t.Context(), running("vm", `{}`), infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		deleted, _, err := m.Delete(t.Context(), "vm", 1, infra.Write{})
		require.NoError(t, err)
		require.Equal(t, infra.Deleted, deleted.State)
		require.Nil(t, deleted.Actual)
		_, _, err = m.Update(t.Context(), update(2, set("n", "2")), infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		again, _, err := m.Create(t.Context(), running("vm", `{}`), infra.Write{})
		require.NoError(t, err)
		require.EqualValues(t, 3, again.Version)
	})
	t.Run("dependencies may be changed, but not into a circle", func(t *testing.T) {
		m := fresh(t)
		_, _, err := m.Create(t.Context(), running("disk", `{}`, "vm"), infra.Write{})
		require.NoError(t, err)
		_, _, err = m.Depend(t.Context(), "vm", 1, []string{"disk"}, infra.Write{})
		require.ErrorContains(t, err, "disk → vm → disk")
	})
}

func TestManagerDetectDrift(t *testing.T) {
	drifted := running("vm", `{"n":1}`)
	drifted.Desired = json.RawMessage(`{"n":2}`)
	hidden := running("hidden", `{"n":1}`)
	hidden.Unreadable = "access denied"
	m := newManager(newMemory())
	for _, resource := range []infra.Resource{drifted, hidden, running("calm", `{"n":1}`), running("gone", `{"n":1}`), running("moving", `{"n":1}`)} {
		_, _, err := m.Create(t.Context(), resource, infra.Write{})
		require.NoError(t, err)
	}
	_, _, err := m.Delete(t.Context(), "gone", 1, infra.Write{})
	require.NoError(t, err)
	_, _, err = m.Transition(t.Context(), "moving", 1, infra.Updating, infra.Write{})
	require.NoError(t, err)

	found, err := m.DetectDrift(t.Context(), "vm")
	require.NoError(t, err)
	require.Equal(t, []finding{"vm differs"}, found)
	found, err = m.DetectDrift(t.Context(), "calm")
	require.NoError(t, err)
	require.Empty(t, found)
	for id, code := range map[string]fault.Code{"hidden": fault.Unavailable, "moving": fault.Unavailable, "gone": fault.NotFound, "never": fault.NotFound, "a/b": fault.InvalidInput} {
		_, err = m.DetectDrift(t.Context(), id)
		require.True(t, fault.Is(err, code), "%s: %v", id, err)
	}
}

func TestResourceCheck(t *testing.T) {
	for name, change := range map[string]func(*infra.Resource){
		"an id with a slash":                 func(r *infra.Resource) { r.ID = "a/b" },
		"an id that URLs take for a folder":  func(r *infra.Resource) { r.ID = ".." },
		"no type":                            func(r *infra.Resource) { r.Type = "" },
		"a tenant id with a space":           func(r *infra.Resource) { r.TenantID = "a b" },
		"neither declared nor observed":      func(r *infra.Resource) { r.Desired, r.Actual = nil, nil },
		"a configuration that is a list":     func(r *infra.Resource) { r.Desired = json.RawMessage("[]") },
		"a configuration that is broken":     func(r *infra.Resource) { r.Actual = json.RawMessage(`{"a":`) },
		"a dependency that is no id":         func(r *infra.Resource) { r.DependsOn = []string{"a b"} },
		"a configuration larger than a meg.": func(r *infra.Resource) { r.Desired = json.RawMessage(`{"a":"` + strings.Repeat("x", 1<<20) + `"}`) },
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			resource := running("vm", `{"n":1}`)
			change(&resource)
			require.True(t, fault.Is(resource.Check(), fault.InvalidInput), "%v", resource.Check())
		})
	}
	require.NoError(t, running("vm", ` {"n":1}`).Check())
}
