package infra_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

var errDied = errors.New("the process died")

// dies runs what is to end in the death of the process, by panic: nothing is cleaned up.
func dies(t *testing.T, first func()) {
	t.Helper()
	require.PanicsWithValue(t, errDied, first)
}

func TestReconcileChangedBackByWhateverMeans(t *testing.T) {
	t.Run("an element that is put in at another place each time is the same fix", func(t *testing.T) {
		c := newCloud(t, running("a", `{"rules":[1,2]}`))
		r := newReconciler(c)
		var result infra.Result
		var err error
		for i := range 4 {
			intruded := []string{"[9,1,2]", "[1,8,2]", "[1,2,7]", "[6,1,2]"}[i]
			c.meddle(t, "a", "rules", intruded)
			current, readErr := c.Resource(t.Context(), "a")
			require.NoError(t, readErr)
			action := updating("a", remove(fmt.Sprintf("rules[%d]", i%3)))
			action.Version = current.Version
			result, err = r.Reconcile(t.Context(), run(fmt.Sprint("r", i), action))
			if i < 3 {
				require.NoError(t, err)
				require.JSONEq(t, `{"rules":[1,2]}`, c.actual(t, "a"))
			}
		}
		require.ErrorContains(t, err, "changed back 3 times")
		require.Equal(t, "a contested", statuses(result))
		require.JSONEq(t, `{"rules":[6,1,2]}`, c.actual(t, "a"))
	})
	for _, bound := range []bool{false, true} {
		t.Run(fmt.Sprintf("and also across the death of a worker, bound to a version: %t", bound), func(t *testing.T) {
			c := newCloud(t, running("a", `{"n":0}`))
			undone := 0
			c.after = func(string, string) error {
				if undone == len(c.writes) { // a repeated answer
					return nil
				}
				c.meddle(t, "a", "n", "0")
				if undone++; undone == 2 {
					panic(errDied)
				}
				return nil
			}
			r := newReconciler(c)
			r.Limits.Attempts = 10
			action := updating("a", set("n", "1"))
			if bound {
				action.Version = 1
			}
			dies(t, func() { _, _ = r.Reconcile(t.Context(), run("r", action)) })
			result, err := r.Reconcile(t.Context(), run("r", action))
			require.ErrorContains(t, err, "changed back 3 times")
			require.Equal(t, "a contested", statuses(result))
			require.Len(t, c.writes, 3, "one write more than before the crash")
		})
	}
	t.Run("counts each time once, however often a write is refused in between", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		c.after = func(string, string) error {
			if len(c.writes) == 1 {
				c.meddle(t, "a", "n", "0")
			}
			return nil
		}
		refusals := 0
		c.before = func(string, string) error {
			if len(c.writes) == 1 && refusals < 3 {
				refusals++
				return fault.New(fault.PreconditionFailed, "another version")
			}
			return nil
		}
		r := newReconciler(c)
		r.Limits.Attempts = 10
		result, err := r.Reconcile(t.Context(), run("r", updating("a", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, "a done", statuses(result))
	})
	t.Run("stays contested where something else stands in its place", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		c.after = func(string, string) error {
			c.meddle(t, "a", "n", fmt.Sprint(100+len(c.writes)))
			return nil
		}
		r := newReconciler(c)
		r.Limits.Attempts = 10
		result, err := r.Reconcile(t.Context(), run("r", updating("a", set("n", "1"))))
		require.ErrorContains(t, err, "changed back 3 times")
		require.Equal(t, "a contested", statuses(result))
	})
}

// TestReconcileNeverLeavesHalf kills a run between its two writes and hinders the next try.
func TestReconcileNeverLeavesHalf(t *testing.T) {
	actions := []infra.Action{updating("a", set("n", "1")), updating("b", set("n", "1"))}
	half := func(t *testing.T) (*infra.Reconciler, *cloud) {
		t.Helper()
		c := newCloud(t, running("a", `{"n":0}`), running("b", `{"n":0}`, "a"))
		c.before = func(_, id string) error {
			if id == "b" {
				panic(errDied)
			}
			return nil
		}
		r := newReconciler(c)
		dies(t, func() { _, _ = r.Reconcile(t.Context(), run("r", actions...)) })
		require.JSONEq(t, `{"n":1}`, c.actual(t, "a"))
		c.before = nil
		return r, c
	}
	t.Run("where the next try is cancelled before it begins", func(t *testing.T) {
		r, c := half(t)
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		result, err := r.Reconcile(cancelled, run("r", actions...))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, "a rolled_back, b rolled_back", statuses(result))
		require.JSONEq(t, `{"n":0}`, c.actual(t, "a"))
	})
	t.Run("where the next try cannot find out what depends on what", func(t *testing.T) {
		r, c := half(t)
		r.Limits.Survey = 1
		_, err := r.Reconcile(t.Context(), run("r", actions...))
		require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
		require.JSONEq(t, `{"n":0}`, c.actual(t, "a"))
	})
	t.Run("but waits where the service is only away", func(t *testing.T) {
		r, c := half(t)
		c.reading = func(string) error { return outage }
		_, err := r.Reconcile(t.Context(), run("r", actions...))
		require.ErrorIs(t, err, outage)
		c.reading = nil
		result, err := r.Reconcile(t.Context(), run("r", actions...))
		require.NoError(t, err)
		require.Equal(t, "a done, b done", statuses(result))
	})
}

func TestReconcileDiamond(t *testing.T) {
	// d stands on b and c, which both stand on a.
	diamond := func(t *testing.T) *cloud {
		t.Helper()
		return newCloud(t, running("a", `{"n":0}`), running("b", `{"n":0}`, "a"), running("c", `{"n":0}`, "a"), running("d", `{"n":0}`, "b", "c"))
	}
	t.Run("is changed from the bottom up and taken back from the top down", func(t *testing.T) {
		c := diamond(t)
		refused := fault.New(fault.Upstream, "no")
		c.before = times(1, "update", "d", refused)
		_, err := newReconciler(c).Reconcile(t.Context(), run("r",
			updating("d", set("n", "1")), updating("c", set("n", "1")), updating("b", set("n", "1")), updating("a", set("n", "1"))))
		require.ErrorIs(t, err, refused)
		require.Equal(t, "update a, update b, update c, update c, update b, update a", joined(c.writes))
	})
	t.Run("is deleted from the top down", func(t *testing.T) {
		c := diamond(t)
		var deletions []infra.Action
		for _, id := range []string{"a", "b", "c", "d"} {
			deletions = append(deletions, infra.Action{Type: infra.ActionDelete, ResourceID: id})
		}
		_, err := newReconciler(c).Reconcile(t.Context(), run("r", deletions...))
		require.NoError(t, err)
		require.Equal(t, "delete d, delete c, delete b, delete a", joined(c.writes))
	})
	t.Run("is made again whole where the last deletion fails", func(t *testing.T) {
		c := diamond(t)
		refused := fault.New(fault.Upstream, "no")
		c.before = times(1, "delete", "a", refused)
		var deletions []infra.Action
		for _, id := range []string{"a", "b", "c", "d"} {
			deletions = append(deletions, infra.Action{Type: infra.ActionDelete, ResourceID: id})
		}
		_, err := newReconciler(c).Reconcile(t.Context(), run("r", deletions...))
		require.ErrorIs(t, err, refused)
		for id, on := range map[string][]string{"a": nil, "b": {"a"}, "c": {"a"}, "d": {"b", "c"}} {
			back, err := c.Resource(t.Context(), id)
			require.NoError(t, err)
			require.Equal(t, infra.Active, back.State)
			require.Equal(t, on, back.DependsOn)
			require.JSONEq(t, `{"n":0}`, string(back.Actual))
		}
	})
}

func TestReconcileWhatIsBeingChanged(t *testing.T) {
	move := func(t *testing.T, c *cloud, id string, to infra.State) {
		t.Helper()
		current, err := c.Resource(t.Context(), id)
		require.NoError(t, err)
		_, _, err = c.Transition(t.Context(), id, current.Version, to, infra.Write{})
		require.NoError(t, err)
	}
	t.Run("waits for others instead of failing for good", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`), running("b", `{"n":0}`, "a"))
		r := newReconciler(c)
		move(t, c, "b", infra.Updating)
		actions := []infra.Action{updating("a", set("n", "1")), updating("b", set("n", "1"))}
		result, err := r.Reconcile(t.Context(), run("r", actions...))
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
		require.Equal(t, "a rolled_back, b failed", statuses(result))
		require.Zero(t, result.Outcomes[1].Writes)
		move(t, c, "b", infra.Active)
		result, err = r.Reconcile(t.Context(), run("r", actions...))
		require.NoError(t, err)
		require.Equal(t, "a done, b done", statuses(result))
	})
	t.Run("waits for a provider that works longer than one call", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		r := newReconciler(c)
		c.after = func(string, string) error {
			c.meddle(t, "a", "n", "0") // accepted, and not there yet
			move(t, c, "a", infra.Updating)
			return nil
		}
		result, err := r.Reconcile(t.Context(), run("r", updating("a", set("n", "1"))))
		require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
		require.Equal(t, 1, result.Outcomes[0].Writes)
		c.after = nil
		move(t, c, "a", infra.Active)
		c.meddle(t, "a", "n", "1") // now it is
		result, err = r.Reconcile(t.Context(), run("r", updating("a", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, "a done", statuses(result))
		require.Equal(t, "update a", joined(c.writes))
	})
}

// TestReconcileCrashedAtAnyWrite kills a run of an update, a creation and a deletion at each of its
// writes, just before it takes effect and just after.
func TestReconcileCrashedAtAnyWrite(t *testing.T) {
	missing := running("b", `{"n":1}`, "a")
	missing.Actual = nil
	actions := []infra.Action{
		updating("a", set("n", "1")),
		{Type: infra.ActionCreate, ResourceID: "b", Changes: []infra.Change{set("", `{"n":1}`)}},
		{Type: infra.ActionDelete, ResourceID: "c"},
	}
	for at := 1; at <= len(actions); at++ {
		for _, effect := range []bool{false, true} {
			crashed := func(t *testing.T) (*infra.Reconciler, *cloud) {
				t.Helper()
				c := newCloud(t, running("a", `{"n":0}`), missing, running("c", `{"n":0}`, "a"))
				r := newReconciler(c)
				left := at
				hook := func(string, string) error {
					if left--; left == 0 {
						panic(errDied)
					}
					return nil
				}
				if effect {
					c.after = hook
				} else {
					c.before = hook
				}
				dies(t, func() { _, _ = r.Reconcile(t.Context(), run("r", actions...)) })
				c.before, c.after = nil, nil
				return r, c
			}
			name := fmt.Sprintf("at write %d, with its effect %t", at, effect)
			t.Run(name+", it is finished and writes nothing twice", func(t *testing.T) {
				r, c := crashed(t)
				result, err := r.Reconcile(t.Context(), run("r", actions...))
				require.NoError(t, err)
				require.Equal(t, "a done, b done, c done", statuses(result))
				require.Equal(t, "update a, update b, delete c", joined(c.writes))
			})
			t.Run(name+", it is taken back whole where the next try can never go on", func(t *testing.T) {
				r, c := crashed(t)
				refused := fault.New(fault.Upstream, "no")
				c.reading = func(id string) error {
					if id != "c" {
						return nil
					}
					c.reading = nil
					return refused
				}
				_, err := r.Reconcile(t.Context(), run("r", actions...))
				require.ErrorIs(t, err, refused)
				require.JSONEq(t, `{"n":0}`, c.actual(t, "a"))
				require.Empty(t, c.actual(t, "b"))
				require.JSONEq(t, `{"n":0}`, c.actual(t, "c"))
			})
		}
	}
}
