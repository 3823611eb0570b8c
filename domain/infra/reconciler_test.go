package infra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func newReconciler(c *cloud) *infra.Reconciler {
	return &infra.Reconciler{Provider: c, Journal: &infra.MemoryJournal{}, Now: func() time.Time { return noon }}
}

func run(id string, actions ...infra.Action) infra.Run { return infra.Run{ID: id, Actions: actions} }

// statuses writes a result as "a done, b failed".
func statuses(result infra.Result) string {
	var list []string
	for _, outcome := range result.Outcomes {
		list = append(list, fmt.Sprintf("%s %s", outcome.ResourceID, outcome.Status))
	}
	return joined(list)
}

var outage = fault.New(fault.Unavailable, "the state service does not answer")

// times returns a hook that fails the first n times it is asked about a verb and resource.
func times(n int, verb, id string, err error) func(string, string) error {
	return func(v, i string) error {
		if v == verb && i == id && n > 0 {
			n--
			return err
		}
		return nil
	}
}

func TestReconcileOrder(t *testing.T) {
	network := []infra.Resource{
		running("vpc", `{"n":0}`), running("subnet", `{"n":0}`, "vpc"), running("vm", `{"n":0}`, "subnet"),
	}
	t.Run("changes what is depended on first", func(t *testing.T) {
		c := newCloud(t, network...)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1")), updating("vpc", set("n", "1")), updating("subnet", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, "vpc done, subnet done, vm done", statuses(result))
		require.Equal(t, "update vpc, update subnet, update vm", joined(c.writes))
	})
	t.Run("knows the order through resources that it does not change", func(t *testing.T) {
		c := newCloud(t, running("z", `{"n":0}`), running("m", `{"n":0}`, "z"), running("a", `{"n":0}`, "m"))
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("a", set("n", "1")), updating("z", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, "z done, a done", statuses(result))
	})
	t.Run("deletes what depends on others first, after everything else", func(t *testing.T) {
		c := newCloud(t, network...)
		remove := func(id string) infra.Action { return infra.Action{Type: infra.ActionDelete, ResourceID: id} }
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", remove("subnet"), updating("vpc", set("n", "1")), remove("vm")))
		require.NoError(t, err)
		require.Equal(t, "vpc done, vm done, subnet done", statuses(result))
		deleted, err := c.Resource(t.Context(), "vm")
		require.NoError(t, err)
		require.Equal(t, infra.Deleted, deleted.State)
	})
	t.Run("makes a missing resource again", func(t *testing.T) {
		missing := running("vm", `{"size":"large"}`)
		missing.Actual = nil
		c := newCloud(t, missing)
		action := infra.Action{Type: infra.ActionCreate, ResourceID: "vm", Changes: []infra.Change{set("", `{"size":"large"}`)}}
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", action))
		require.NoError(t, err)
		require.Equal(t, "vm done", statuses(result))
		require.JSONEq(t, `{"size":"large"}`, c.actual(t, "vm"))
	})
	t.Run("accepts what runs into what is declared, without touching what runs", func(t *testing.T) {
		drifted := running("vm", `{"n":1}`)
		drifted.Desired = json.RawMessage(`{"n":0}`)
		c := newCloud(t, drifted)
		action := updating("vm", set("n", "1"))
		action.Side = infra.SideDesired
		_, err := newReconciler(c).Reconcile(t.Context(), run("r", action))
		require.NoError(t, err)
		resource, err := c.Resource(t.Context(), "vm")
		require.NoError(t, err)
		require.JSONEq(t, `{"n":1}`, string(resource.Desired))
	})
}

func TestReconcileBeforeAndAfterAWrite(t *testing.T) {
	t.Run("writes nothing that is there already", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":1.0}`))
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, "vm unchanged", statuses(result))
		require.Empty(t, c.writes)
	})
	t.Run("reads again after somebody else was faster", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":0}`))
		meddled := false
		c.before = func(string, string) error {
			if !meddled {
				meddled = true
				c.meddle(t, "vm", "other", "5")
			}
			return nil
		}
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, 2, result.Outcomes[0].Writes)
		require.JSONEq(t, `{"n":1,"other":5}`, c.actual(t, "vm"))
	})
	t.Run("gives up after a bounded number of refused writes", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":0}`))
		c.before = times(100, "update", "vm", fault.New(fault.PreconditionFailed, "another version"))
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.True(t, fault.Is(err, fault.PreconditionFailed), "%v", err)
		require.Equal(t, "vm failed", statuses(result))
		require.Equal(t, 3, result.Outcomes[0].Writes)
	})
	t.Run("does not carry out what was decided on another version", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":0}`))
		c.meddle(t, "vm", "other", "5")
		action := updating("vm", set("n", "1"))
		action.Version = 1
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", action))
		require.True(t, fault.Is(err, fault.PreconditionFailed), "%v", err)
		require.Equal(t, "vm stale", statuses(result))
		require.Empty(t, c.writes)
	})
	t.Run("finds a write whose answer was lost", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":0}`))
		c.after = times(1, "update", "vm", outage)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.NoError(t, err)
		require.Equal(t, "vm done", statuses(result))
		require.Equal(t, "update vm", joined(c.writes))
	})
	t.Run("does not ask a service before the time it named", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":0}`))
		later := fault.New(fault.Unavailable, "its breaker is open")
		later.RetryAfter = time.Second
		c.before = times(1, "update", "vm", later)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.ErrorIs(t, err, later)
		require.Equal(t, 1, result.Outcomes[0].Writes)
	})
	t.Run("does not believe a provider that accepts and does nothing", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"n":0}`))
		deaf := &deafCloud{cloud: c}
		r := newReconciler(c)
		r.Provider = deaf
		result, err := r.Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.ErrorContains(t, err, "not as it was to be after 3 writes")
		require.Equal(t, "vm failed", statuses(result))
	})
	t.Run("takes another spelling for the value where it means the same", func(t *testing.T) {
		c := newCloud(t, running("vm", `{"port":"8080"}`))
		r := newReconciler(c)
		r.Alike = func(_ string, wanted, found []byte) bool {
			return string(wanted) == "8080" && string(found) == `"8080"`
		}
		result, err := r.Reconcile(t.Context(), run("r", updating("vm", set("port", "8080"))))
		require.NoError(t, err)
		require.Equal(t, "vm unchanged", statuses(result))
	})
	t.Run("leaves alone what cannot be read", func(t *testing.T) {
		hidden := running("vm", `{"n":0}`)
		hidden.Unreadable = "access denied"
		c := newCloud(t, hidden)
		_, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("vm", set("n", "1"))))
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.Empty(t, c.writes)
	})
}

// deafCloud accepts updates and does nothing.
type deafCloud struct{ *cloud }

func (d *deafCloud) Update(ctx context.Context, _ string, update infra.Update) (infra.Resource, error) {
	return d.Read(ctx, update.ID)
}

func TestReconcileTakesBack(t *testing.T) {
	chain := func(t *testing.T) *cloud {
		t.Helper()
		return newCloud(t, running("a", `{"n":0,"rules":[1,2]}`), running("b", `{"n":0}`, "a"), running("c", `{"n":0}`, "b"))
	}
	refused := fault.New(fault.Upstream, "the provider refuses the value")
	actions := []infra.Action{
		updating("a", set("n", "1"), set("deep.er.key", `"x"`)), updating("b", set("n", "1")), updating("c", set("n", "1")),
	}
	t.Run("in reverse, what was done before a step that fails", func(t *testing.T) {
		c := chain(t)
		c.before = times(1, "update", "c", refused)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", actions...))
		require.ErrorIs(t, err, refused)
		require.Equal(t, "a rolled_back, b rolled_back, c failed", statuses(result))
		require.Equal(t, "update a, update b, update b, update a", joined(c.writes))
		require.JSONEq(t, `{"n":0,"rules":[1,2]}`, c.actual(t, "a"))
		require.JSONEq(t, `{"n":0}`, c.actual(t, "b"))
	})
	t.Run("also the step itself, where it took effect and its answer was lost", func(t *testing.T) {
		c := chain(t)
		c.after = times(1, "update", "b", refused)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", actions...))
		require.ErrorIs(t, err, refused)
		require.Equal(t, "a rolled_back, b failed, c skipped", statuses(result))
		require.JSONEq(t, `{"n":0}`, c.actual(t, "b"))
	})
	t.Run("and says so when that fails too, without hiding why", func(t *testing.T) {
		c := chain(t)
		broken := fault.New(fault.Upstream, "the provider refuses to go back")
		undoing := false
		c.before = func(_, id string) error {
			switch {
			case id == "c":
				undoing = true
				return refused
			case undoing && id == "b":
				return broken
			default:
				return nil
			}
		}
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", actions...))
		require.ErrorIs(t, err, refused)
		require.ErrorIs(t, err, broken)
		require.Equal(t, refused.Code, fault.CodeOf(err))
		var coded *fault.Error
		require.ErrorAs(t, err, &coded)
		require.Equal(t, refused.Message, coded.Message, "the first error comes first")
		require.Equal(t, "a rolled_back, b rollback_failed, c failed", statuses(result))
		outcome, _ := result.Of("b")
		require.Contains(t, outcome.Detail, "refuses to go back")
	})
	t.Run("but not over what somebody else has changed since", func(t *testing.T) {
		c := chain(t)
		c.before = func(_, id string) error {
			if id != "c" {
				return nil
			}
			c.meddle(t, "a", "n", "99")
			return refused
		}
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", actions...))
		require.ErrorIs(t, err, refused)
		require.ErrorContains(t, err, "changed by someone else")
		require.Equal(t, "a rollback_failed, b rolled_back, c failed", statuses(result))
		require.JSONEq(t, `{"n":99,"rules":[1,2],"deep":{"er":{"key":"x"}}}`, c.actual(t, "a"))
	})
	t.Run("even when the run is cancelled in the middle", func(t *testing.T) {
		c := chain(t)
		ctx, cancel := context.WithCancel(t.Context())
		c.after = func(_, id string) error {
			if id == "b" {
				cancel()
			}
			return nil
		}
		result, err := newReconciler(c).Reconcile(ctx, run("r", actions...))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, "a rolled_back, b rolled_back, c failed", statuses(result))
		require.JSONEq(t, `{"n":0,"rules":[1,2]}`, c.actual(t, "a"))
	})
	t.Run("deletions and creations as well", func(t *testing.T) {
		missing := running("new", `{"n":1}`)
		missing.Actual = nil
		c := newCloud(t, missing, running("base", `{"n":0}`), running("user", `{"n":0}`, "base", "new"))
		c.before = times(1, "delete", "base", refused)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r",
			infra.Action{Type: infra.ActionCreate, ResourceID: "new", Changes: []infra.Change{set("", `{"n":1}`)}},
			infra.Action{Type: infra.ActionDelete, ResourceID: "user"},
			infra.Action{Type: infra.ActionDelete, ResourceID: "base"},
		))
		require.ErrorIs(t, err, refused)
		require.Equal(t, "new rolled_back, user rolled_back, base failed", statuses(result))
		require.Empty(t, c.actual(t, "new"))
		user, err := c.Resource(t.Context(), "user")
		require.NoError(t, err)
		require.Equal(t, infra.Active, user.State)
		require.Equal(t, []string{"base", "new"}, user.DependsOn)
	})
	t.Run("and leaves other groups alone", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`), running("b", `{"n":0}`), running("z", `{"n":0}`))
		c.before = times(1, "update", "b", refused)
		result, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("a", set("n", "1")), updating("b", set("n", "1")), updating("z", set("n", "1"))))
		require.ErrorIs(t, err, refused)
		require.Equal(t, "a done, b failed, z done", statuses(result))
	})
}

func TestReconcileTakenUpAgain(t *testing.T) {
	actions := []infra.Action{updating("a", set("n", "1")), updating("b", set("n", "1"))}
	crash := errors.New("the process died")

	// crashAt carries out the first try of a run and dies at a write, by panic: nothing is cleaned up.
	crashAt := func(t *testing.T, r *infra.Reconciler, c *cloud, when string, actions ...infra.Action) {
		t.Helper()
		hook := func(_, id string) error {
			if id == "b" {
				panic(crash)
			}
			return nil
		}
		if when == "before" {
			c.before = hook
		} else {
			c.after = hook
		}
		require.PanicsWithValue(t, crash, func() { _, _ = r.Reconcile(t.Context(), run("r", actions...)) })
		c.before, c.after = nil, nil
	}
	for _, when := range []string{"before", "after"} {
		t.Run("after a crash just "+when+" a write, finishes without writing twice", func(t *testing.T) {
			c := newCloud(t, running("a", `{"n":0}`), running("b", `{"n":0}`, "a"))
			r := newReconciler(c)
			crashAt(t, r, c, when, actions...)
			result, err := r.Reconcile(t.Context(), run("r", actions...))
			require.NoError(t, err)
			require.Equal(t, "a done, b done", statuses(result))
			require.Equal(t, "update a, update b", joined(c.writes))
		})
		t.Run("after a crash just "+when+" a write, can still take everything back", func(t *testing.T) {
			c := newCloud(t, running("a", `{"n":0}`), running("b", `{"n":0}`, "a"), running("c", `{"n":0}`, "b"))
			r := newReconciler(c)
			whole := append(slices.Clone(actions), updating("c", set("n", "1")))
			crashAt(t, r, c, when, whole...)
			refused := fault.New(fault.Upstream, "no")
			c.before = times(1, "update", "c", refused)
			result, err := r.Reconcile(t.Context(), run("r", whole...))
			require.ErrorIs(t, err, refused)
			require.Equal(t, "a rolled_back, b rolled_back, c failed", statuses(result))
			require.JSONEq(t, `{"n":0}`, c.actual(t, "a"))
			require.JSONEq(t, `{"n":0}`, c.actual(t, "b"))
		})
	}
	t.Run("after it was taken back for an outage, is as good as new", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`), running("b", `{"rules":[1,2]}`, "a"))
		r := newReconciler(c)
		bound := []infra.Action{updating("a", set("n", "1")), updating("b", remove("rules[0]"))}
		for i := range bound {
			bound[i].Version = 1
		}
		c.before = times(3, "update", "b", outage)
		result, err := r.Reconcile(t.Context(), run("r", bound...))
		require.ErrorIs(t, err, outage)
		require.Equal(t, "a rolled_back, b failed", statuses(result))
		result, err = r.Reconcile(t.Context(), run("r", bound...))
		require.NoError(t, err)
		require.Equal(t, "a done, b done", statuses(result))
		require.JSONEq(t, `{"rules":[2]}`, c.actual(t, "b"))
	})
	t.Run("after it was taken back from a write whose answer was lost, is as good as new", func(t *testing.T) {
		c := newCloud(t, running("b", `{"rules":[1,2]}`))
		r := newReconciler(c)
		action := updating("b", remove("rules[0]"))
		action.Version = 1
		c.after = times(1, "update", "b", fault.New(fault.Upstream, "an answer that nobody understands"))
		result, err := r.Reconcile(t.Context(), run("r", action))
		require.Error(t, err)
		require.Equal(t, "b failed", statuses(result))
		require.JSONEq(t, `{"rules":[1,2]}`, c.actual(t, "b"))
		result, err = r.Reconcile(t.Context(), run("r", action))
		require.NoError(t, err)
		require.Equal(t, "b done", statuses(result))
	})
	t.Run("after it was done, changes nothing", func(t *testing.T) {
		c := newCloud(t, running("b", `{"rules":[1,2,3]}`))
		r := newReconciler(c)
		action := updating("b", remove("rules[0]"))
		action.Version = 1
		for range 2 {
			result, err := r.Reconcile(t.Context(), run("r", action))
			require.NoError(t, err)
			require.Equal(t, "b done", statuses(result))
		}
		require.JSONEq(t, `{"rules":[2,3]}`, c.actual(t, "b"))
	})
}

func TestReconcileChangedBack(t *testing.T) {
	t.Run("within a run, three times", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		c.after = func(string, string) error {
			c.meddle(t, "a", "n", "0")
			return nil
		}
		r := newReconciler(c)
		r.Limits.Attempts = 10
		result, err := r.Reconcile(t.Context(), run("r", updating("a", set("n", "1"))))
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.ErrorContains(t, err, "changed back 3 times")
		require.Equal(t, "a contested", statuses(result))
		require.Equal(t, 3, result.Outcomes[0].Writes)
	})
	t.Run("over several runs, three times", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		r := newReconciler(c)
		for i := range 3 {
			_, err := r.Reconcile(t.Context(), run(fmt.Sprint("r", i), updating("a", set("n", "1"))))
			require.NoError(t, err)
			c.meddle(t, "a", "n", "0")
		}
		result, err := r.Reconcile(t.Context(), run("r3", updating("a", set("n", "1"))))
		require.ErrorContains(t, err, "changed back 3 times")
		require.Equal(t, "a contested", statuses(result))
		require.Zero(t, result.Outcomes[0].Writes)
		require.JSONEq(t, `{"n":0}`, c.actual(t, "a"))
	})
	t.Run("counts the same fix alone", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		r := newReconciler(c)
		for i := range 5 {
			_, err := r.Reconcile(t.Context(), run(fmt.Sprint("r", i), updating("a", set("n", fmt.Sprint(i+1)))))
			require.NoError(t, err)
		}
	})
	t.Run("forgets what is long ago", func(t *testing.T) {
		c := newCloud(t, running("a", `{"n":0}`))
		r := newReconciler(c)
		r.Journal = &infra.MemoryJournal{Now: func() time.Time { return noon.AddDate(0, 0, -31) }}
		for i := range 4 {
			_, err := r.Reconcile(t.Context(), run(fmt.Sprint("r", i), updating("a", set("n", "1"))))
			require.NoError(t, err)
			c.meddle(t, "a", "n", "0")
		}
	})
}

func TestReconcileLimits(t *testing.T) {
	fleet := func(t *testing.T, n int) (*cloud, []infra.Action) {
		t.Helper()
		var resources []infra.Resource
		var actions []infra.Action
		for i := range n {
			id := fmt.Sprintf("vm-%02d", i)
			resource := running(id, `{"n":0}`)
			resource.TenantID = []string{"acme", "dune"}[i%2]
			resources, actions = append(resources, resource), append(actions, updating(id, set("n", "1")))
		}
		return newCloud(t, resources...), actions
	}
	for name, c := range map[string]struct {
		limits infra.Limits
		done   int
		reason string
	}{
		"in all":     {infra.Limits{Changes: 4}, 4, "at most 4 resources"},
		"per tenant": {infra.Limits{PerTenant: 3}, 6, "at most 3 resources of one tenant"},
		"per type":   {infra.Limits{PerType: 2}, 2, "at most 2 resources of one type"},
	} {
		t.Run("changes are capped "+name, func(t *testing.T) {
			cloud, actions := fleet(t, 10)
			r := newReconciler(cloud)
			r.Limits = c.limits
			result, err := r.Reconcile(t.Context(), run("r", actions...))
			require.NoError(t, err)
			require.Equal(t, c.done, result.Count(infra.StatusDone))
			require.Equal(t, 10-c.done, result.Count(infra.StatusSkipped))
			require.Contains(t, result.Outcomes[9].Detail, c.reason)
		})
	}
	t.Run("a run in which much fails stops", func(t *testing.T) {
		cloud, actions := fleet(t, 10)
		cloud.before = func(_, id string) error {
			if id < "vm-03" {
				return fault.New(fault.Upstream, "no")
			}
			return nil
		}
		result, err := newReconciler(cloud).Reconcile(t.Context(), run("r", actions...))
		require.Error(t, err)
		assert.Equal(t, 3, result.Count(infra.StatusFailed))
		assert.Equal(t, 2, result.Count(infra.StatusDone))
		assert.Equal(t, 5, result.Count(infra.StatusSkipped))
		assert.Contains(t, result.Outcomes[9].Detail, "the run stopped")
	})
	t.Run("a circle is refused before anything is written", func(t *testing.T) {
		cloud, _ := fleet(t, 2)
		looped := &loopedCloud{cloud: cloud, dependencies: map[string][]string{"vm-00": {"vm-01"}, "vm-01": {"vm-00"}}}
		r := newReconciler(cloud)
		r.Provider = looped
		_, err := r.Reconcile(t.Context(), run("r", updating("vm-00", set("n", "1")), updating("vm-01", set("n", "1"))))
		require.ErrorContains(t, err, "vm-00 → vm-01 → vm-00")
		require.Empty(t, cloud.writes)
	})
	t.Run("a survey without end is refused", func(t *testing.T) {
		cloud, actions := fleet(t, 10)
		r := newReconciler(cloud)
		r.Limits.Survey = 9
		_, err := r.Reconcile(t.Context(), run("r", actions...))
		require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
	})
}

// loopedCloud lies about dependencies, as a service might that does not check them.
type loopedCloud struct {
	*cloud
	dependencies map[string][]string
}

func (l *loopedCloud) Read(ctx context.Context, id string) (infra.Resource, error) {
	resource, err := l.cloud.Read(ctx, id)
	resource.DependsOn = l.dependencies[id]
	return resource, err
}

func TestReconcileRefusals(t *testing.T) {
	c := newCloud(t, running("vm", `{"list":[1]}`))
	for name, actions := range map[string][]infra.Action{
		"an unknown action":            {{Type: "repair", ResourceID: "vm", Changes: []infra.Change{set("n", "1")}}},
		"no changes":                   {{Type: infra.ActionUpdate, ResourceID: "vm"}},
		"a deletion with changes":      {{Type: infra.ActionDelete, ResourceID: "vm", Changes: []infra.Change{set("n", "1")}}},
		"a path that is none":          {updating("vm", set("a..b", "1"))},
		"changes within each other":    {updating("vm", set("a", "{}"), set("a.b", "1"))},
		"a value that is no JSON":      {updating("vm", set("a", "{"))},
		"neither a value nor removal":  {updating("vm", infra.Change{Path: "a"})},
		"an index without a version":   {updating("vm", remove("list[0]"))},
		"an id with a slash":           {updating("a/b", set("n", "1"))},
		"two actions for one resource": {updating("vm", set("n", "1")), updating("vm", set("m", "1"))},
		"a side that is none":          {{Type: infra.ActionUpdate, ResourceID: "vm", Side: "other", Changes: []infra.Change{set("n", "1")}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newReconciler(c).Reconcile(t.Context(), run("r", actions...))
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.Empty(t, c.writes)
		})
	}
	t.Run("an update of what is not there", func(t *testing.T) {
		_, err := newReconciler(c).Reconcile(t.Context(), run("r", updating("gone", set("n", "1"))))
		require.True(t, fault.Is(err, fault.NotFound), "%v", err)
	})
	t.Run("a creation of what is there", func(t *testing.T) {
		action := infra.Action{Type: infra.ActionCreate, ResourceID: "vm", Changes: []infra.Change{set("", `{"n":2}`)}}
		_, err := newReconciler(c).Reconcile(t.Context(), run("r", action))
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
	})
}
