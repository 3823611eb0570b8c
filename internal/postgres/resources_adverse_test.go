package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

func TestResourcesThatAreDeletedStepByStep(t *testing.T) {
	i := newInventory(t)
	i.create(t, resource("vpc", "acme", `{}`), resource("vm", "acme", `{"password":"hunter2hunter2"}`, "vpc"))
	for version, to := range []infra.State{infra.Deleting, infra.Deleted} {
		_, _, err := i.Transition(ctx, "vm", int64(version+1), to, infra.Write{})
		require.NoError(t, err)
	}
	gone, err := i.Resource(ctx, "vm")
	require.NoError(t, err)
	require.Nil(t, gone.Actual, "nothing of it is kept")
	require.Empty(t, gone.DependsOn)
	_, _, err = i.Delete(ctx, "vpc", 1, infra.Write{})
	require.NoError(t, err, "what is gone depends on nothing")
}

func TestResourcesThatTheEngineCannotRead(t *testing.T) {
	i := newInventory(t)
	for name, c := range map[string]struct{ configuration, says string }{
		"nests deeper than is compared":        {strings.Repeat(`{"a":`, 600) + "1" + strings.Repeat("}", 600), "deeper than 512 levels"},
		"holds an exponent beyond all numbers": {`{"a":1e99999999999}`, "exponent"},
	} {
		t.Run("are refused where one "+name, func(t *testing.T) {
			_, _, err := i.Create(ctx, resource("x", "acme", c.configuration), infra.Write{Key: name, RequestHash: "h"})
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.ErrorContains(t, err, c.says)
		})
	}
	t.Run("but not for what is merely unusual", func(t *testing.T) {
		deep := strings.Repeat(`{"a":`, 500) + "1" + strings.Repeat("}", 500)
		odd := `{"nul":"\u0000","big":9007199254740993,"huge":1e400,"tiny":-1e-400,"a.b[0]\"c":1,"ключ":"値","":{"":[]},"half":"\ud800"}`
		for n, configuration := range []string{deep, odd} {
			id := fmt.Sprint("odd", n)
			for range 2 { // the second time, what was kept as the answer is read
				created, _, err := i.Create(ctx, resource(id, "acme", configuration), infra.Write{Key: id, RequestHash: "h"})
				require.NoError(t, err)
				require.Equal(t, configuration, string(created.Actual))
			}
		}
		written, _, err := i.Update(ctx, changing("odd1", 1, `["a.b[0]\"c"]`, "1e400"), infra.Write{Key: "change", RequestHash: "h"})
		require.NoError(t, err)
		for _, part := range []string{`"big":9007199254740993`, `"huge":1e400`, `"tiny":-1e-400`, `"nul":"\u0000"`, `"ключ":"値"`, `"a.b[0]\"c":1e400`, `"":{"":[]}`} {
			require.Contains(t, string(written.Actual), part)
		}
		read, err := i.Resource(ctx, "odd1")
		require.NoError(t, err)
		require.Equal(t, string(written.Actual), string(read.Actual))
	})
}

func TestResourcesInPagesOfBytes(t *testing.T) {
	i := newInventory(t)
	large := `{"a":"` + strings.Repeat("x", 1<<20-100) + `"}`
	for n := range 5 {
		i.create(t, resource(fmt.Sprint("large-", n), "acme", large))
	}
	var seen []string
	pages := 0
	for cursor := ""; ; pages++ {
		page, err := i.Resources(ctx, infra.ResourceFilter{}, cursor, 5000)
		require.NoError(t, err)
		require.EqualValues(t, 5, page.Total)
		for _, one := range page.Resources {
			seen = append(seen, one.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	require.Equal(t, []string{"large-0", "large-1", "large-2", "large-3", "large-4"}, seen)
	require.Positive(t, pages, "one page does not hold them all")
	for _, limit := range []int{0, -1} {
		_, err := i.Resources(ctx, infra.ResourceFilter{}, "", limit)
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	}
}

func TestResourcesImportedAsPending(t *testing.T) {
	i := newInventory(t)
	pending := resource("vm", "acme", `{"n":0}`)
	pending.State = infra.Pending
	_, err := i.load(ctx, pending)
	require.NoError(t, err)
	_, _, err = i.Update(ctx, changing("vm", 1, "n", "1"), infra.Write{})
	require.NoError(t, err)
	moves, err := i.Store.Transitions(ctx, "vm", 0, 10)
	require.NoError(t, err)
	for _, move := range moves[:len(moves)-1] {
		require.True(t, move.From.MayBecome(move.To), "%s became %s", move.From, move.To)
	}
}

func TestResourceImportBesideWriters(t *testing.T) {
	t.Run("resources that appear meanwhile are replaced", func(t *testing.T) {
		i := newInventory(t)
		for round := range 20 {
			id := fmt.Sprint("new-", round)
			var both sync.WaitGroup
			var imported, created error
			both.Go(func() { _, imported = i.load(ctx, resource(id, "acme", `{"n":1}`)) })
			both.Go(func() { _, _, created = i.Create(ctx, resource(id, "acme", `{"n":2}`), infra.Write{}) })
			both.Wait()
			require.NoError(t, imported)
			if !fault.Is(created, fault.Conflict) { // the import came first
				require.NoError(t, created)
			}
			kept, err := i.Resource(ctx, id)
			require.NoError(t, err)
			require.JSONEq(t, `{"n":1}`, string(kept.Actual))
		}
	})
	t.Run("dependencies that change meanwhile wait, and do not end in a deadlock", func(t *testing.T) {
		i := newInventory(t)
		const resources = 20
		var all []infra.Resource
		for n := range resources {
			all = append(all, resource(fmt.Sprint("r", n), "acme", `{}`))
		}
		i.create(t, append(all, resource("base", "acme", `{}`))...)
		limited, stop := context.WithTimeout(ctx, time.Minute)
		defer stop()
		problems := make(chan error, resources+10)
		var crowd sync.WaitGroup
		for n := range resources {
			crowd.Go(func() { problems <- dependAtAnyVersion(limited, i, fmt.Sprint("r", n), "base") })
		}
		for round := range 10 {
			crowd.Go(func() {
				changed := make([]infra.Resource, len(all))
				for n, one := range all {
					one.Actual = json.RawMessage(fmt.Sprintf(`{"n":%d}`, round))
					changed[n] = one
				}
				_, err := i.load(limited, changed...)
				problems <- err
			})
		}
		crowd.Wait()
		close(problems)
		for err := range problems {
			require.NoError(t, err)
		}
	})
}

// dependAtAnyVersion adds a dependency, reading again as long as others write the resource.
func dependAtAnyVersion(ctx context.Context, i inventory, id, on string) error {
	for {
		current, err := i.Resource(ctx, id)
		if err != nil {
			return err
		}
		_, _, err = i.Depend(ctx, id, current.Version, []string{on}, infra.Write{})
		if !fault.Is(err, fault.PreconditionFailed) {
			return err
		}
	}
}

func TestResourceReadUnderItsLock(t *testing.T) {
	i := newInventory(t)
	i.create(t, resource("base", "acme", `{}`), resource("vm", "acme", `{"n":0}`))
	// A first writer holds the lock and adds a dependency; a second, who knows what version that makes,
	// begins before the first is through.
	locked, first, second := make(chan struct{}), make(chan error, 1), make(chan error, 1)
	waiting := make(chan struct{})
	go func() {
		_, _, err := i.Store.Write(ctx, "vm", infra.Write{}, func(current *infra.Resource) (infra.Resource, []infra.State, error) {
			close(locked)
			<-waiting
			next := *current
			next.DependsOn, next.Version = []string{"base"}, 2
			return next, []infra.State{infra.Active}, nil
		})
		first <- err
	}()
	<-locked
	var seen []string
	go func() {
		_, _, err := i.Store.Write(ctx, "vm", infra.Write{}, func(current *infra.Resource) (infra.Resource, []infra.State, error) {
			seen = current.DependsOn
			return infra.Resource{}, nil, errLookedOnly
		})
		second <- err
	}()
	require.Eventually(t, func() bool {
		var blocked bool
		err := i.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)").Scan(&blocked)
		return err == nil && blocked
	}, time.Minute, time.Millisecond)
	close(waiting)
	require.NoError(t, <-first)
	require.ErrorIs(t, <-second, errLookedOnly)
	require.Equal(t, []string{"base"}, seen)
}

var errLookedOnly = errors.New("looked only")
