package postgres_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

var noon = time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)

// inventory is a state manager over PostgreSQL, as a user who is only a member of omnicloud_service.
type inventory struct {
	*infra.StateManager[string]
	pool *pgxpool.Pool
}

func newInventory(t testing.TB) inventory {
	t.Helper()
	pool := postgrestest.NewService(t, postgrestest.URL(t))
	return inventory{pool: pool, StateManager: &infra.StateManager[string]{
		Store: postgres.NewResources(pool), Now: func() time.Time { return noon },
	}}
}

func resource(id, tenant, configuration string, dependsOn ...string) infra.Resource {
	return infra.Resource{
		ID: id, Type: "vm", TenantID: tenant, DependsOn: dependsOn,
		Desired: json.RawMessage(configuration), Actual: json.RawMessage(configuration),
	}
}

func (i inventory) create(t testing.TB, resources ...infra.Resource) {
	t.Helper()
	for _, one := range resources {
		_, _, err := i.Create(ctx, one, infra.Write{Actor: "olga", Reason: "test", CorrelationID: "corr-1"})
		require.NoError(t, err)
	}
}

func changing(id string, version int64, path, value string) infra.Update {
	return infra.Update{ID: id, Version: version, Side: infra.SideActual, Changes: []infra.Change{{Path: path, Value: json.RawMessage(value)}}}
}

func TestResources(t *testing.T) {
	i := newInventory(t)

	t.Run("come back as they were kept, to the digit and the space", func(t *testing.T) {
		kept := resource("exact", "acme", `{"z": 1.10,  "a": 9007199254740993, "t": "<\u0000>"}`)
		kept.Schema = json.RawMessage(`{"readOnlyPaths": ["/z"]}`)
		i.create(t, kept)
		read, err := i.Resource(ctx, "exact")
		require.NoError(t, err)
		kept.State, kept.Version, kept.UpdatedAt = infra.Active, 1, noon
		require.Equal(t, kept, read)
	})
	t.Run("have a history with who and why, newest first", func(t *testing.T) {
		i.create(t, resource("told", "acme", `{"n":1}`))
		_, _, err := i.Update(ctx, changing("told", 1, "n", "2"), infra.Write{Actor: "omar", Reason: "drift", CorrelationID: "corr-2"})
		require.NoError(t, err)
		moves, err := i.Store.Transitions(ctx, "told", 0, 3)
		require.NoError(t, err)
		require.Equal(t, infra.Transition{
			ResourceID: "told", Version: 2, From: infra.Updating, To: infra.Active, At: noon, Actor: "omar", Reason: "drift", CorrelationID: "corr-2",
		}, moves[0])
		require.Equal(t, infra.Creating, moves[2].From)
		older, err := i.Store.Transitions(ctx, "told", 2, 10)
		require.NoError(t, err)
		require.Len(t, older, 3)
	})
	t.Run("that are not there are not found", func(t *testing.T) {
		_, err := i.Resource(ctx, "none")
		require.True(t, fault.Is(err, fault.NotFound), "%v", err)
		_, _, err = i.Update(ctx, changing("none", 1, "n", "2"), infra.Write{})
		require.True(t, fault.Is(err, fault.NotFound), "%v", err)
	})
	t.Run("are deleted and made again, with versions that go on", func(t *testing.T) {
		i.create(t, resource("phoenix", "acme", `{"n":1}`))
		_, _, err := i.Delete(ctx, "phoenix", 1, infra.Write{})
		require.NoError(t, err)
		gone, err := i.Resource(ctx, "phoenix")
		require.NoError(t, err)
		require.Equal(t, infra.Deleted, gone.State)
		require.Nil(t, gone.Desired)
		i.create(t, resource("phoenix", "acme", `{"n":3}`))
		again, err := i.Resource(ctx, "phoenix")
		require.NoError(t, err)
		require.EqualValues(t, 3, again.Version)
	})
}

func TestResourceListing(t *testing.T) {
	i := newInventory(t)
	for n := range 25 {
		one := resource(fmt.Sprintf("r-%02d", n), []string{"acme", "dune"}[n%2], `{}`)
		one.Type = []string{"vm", "bucket", "db"}[n%3]
		i.create(t, one)
	}
	_, _, err := i.Delete(ctx, "r-02", 1, infra.Write{})
	require.NoError(t, err)
	walk := func(t *testing.T, filter infra.ResourceFilter, limit int) (ids []string) {
		t.Helper()
		for cursor := ""; ; {
			page, err := i.Resources(ctx, filter, cursor, limit)
			require.NoError(t, err)
			for _, one := range page.Resources {
				ids = append(ids, one.ID)
			}
			if cursor = page.Next; cursor == "" {
				require.EqualValues(t, len(ids), page.Total)
				return ids
			}
			require.Len(t, page.Resources, limit)
		}
	}
	t.Run("walks pages of any size in byte order, without the deleted", func(t *testing.T) {
		all := walk(t, infra.ResourceFilter{}, 100)
		require.Len(t, all, 24)
		require.True(t, slices.IsSorted(all))
		require.NotContains(t, all, "r-02")
		for _, limit := range []int{1, 5, 8, 24} {
			require.Equal(t, all, walk(t, infra.ResourceFilter{}, limit))
		}
	})
	t.Run("is narrowed by tenant, types and states", func(t *testing.T) {
		require.Len(t, walk(t, infra.ResourceFilter{TenantID: "acme"}, 5), 12)
		require.Equal(t, []string{"r-01", "r-05", "r-07", "r-11", "r-13", "r-17", "r-19", "r-23"},
			walk(t, infra.ResourceFilter{TenantID: "dune", Types: []string{"bucket", "db"}}, 3))
		require.Equal(t, []string{"r-02"}, walk(t, infra.ResourceFilter{States: []infra.State{infra.Deleted}}, 3))
		require.Empty(t, walk(t, infra.ResourceFilter{TenantID: "nobody"}, 3))
	})
	for _, cursor := range []string{"no", "LTE6YQ", "MTphL2I", "OTk5"} {
		t.Run("refuses a cursor that it did not give: "+cursor, func(t *testing.T) {
			_, err := i.Resources(ctx, infra.ResourceFilter{}, cursor, 3)
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		})
	}
	t.Run("refuses a state that is none", func(t *testing.T) {
		_, err := i.Resources(ctx, infra.ResourceFilter{States: []infra.State{"gone"}}, "", 3)
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	})
}

func TestResourceConcurrency(t *testing.T) {
	i := newInventory(t)

	t.Run("of many writers that read the same version, one wins", func(t *testing.T) {
		i.create(t, resource("raced", "acme", `{"n":0}`))
		var writers sync.WaitGroup
		problems := make([]error, 16)
		for n := range problems {
			writers.Go(func() { _, _, problems[n] = i.Update(ctx, changing("raced", 1, "n", fmt.Sprint(n+1)), infra.Write{}) })
		}
		writers.Wait()
		won := 0
		for _, err := range problems {
			if err == nil {
				won++
			} else {
				require.True(t, fault.Is(err, fault.PreconditionFailed), "%v", err)
			}
		}
		require.Equal(t, 1, won)
	})
	t.Run("nothing is lost of writers that read again when refused", func(t *testing.T) {
		i.create(t, resource("counted", "acme", `{}`))
		var writers sync.WaitGroup
		failed := make(chan error, 8)
		for n := range 8 {
			writers.Go(func() {
				for k := range 5 {
					for {
						current, err := i.Resource(ctx, "counted")
						if err == nil {
							_, _, err = i.Update(ctx, changing("counted", current.Version, fmt.Sprintf("k%d_%d", n, k), "1"), infra.Write{})
						}
						if err == nil {
							break
						}
						if !fault.Is(err, fault.PreconditionFailed) {
							failed <- err
							return
						}
					}
				}
			})
		}
		writers.Wait()
		require.Empty(t, failed)
		counted, err := i.Resource(ctx, "counted")
		require.NoError(t, err)
		require.EqualValues(t, 41, counted.Version)
		var keys map[string]int
		require.NoError(t, json.Unmarshal(counted.Actual, &keys))
		require.Len(t, keys, 40)
	})
	t.Run("of many who make the same resource, one does", func(t *testing.T) {
		var makers sync.WaitGroup
		problems := make([]error, 8)
		for n := range problems {
			makers.Go(func() { _, _, problems[n] = i.Create(ctx, resource("once", "acme", `{}`), infra.Write{}) })
		}
		makers.Wait()
		require.Len(t, slices.DeleteFunc(problems, func(err error) bool { return fault.Is(err, fault.Conflict) }), 1)
	})
	t.Run("two changes that close a circle together do not both pass", func(t *testing.T) {
		for n := range 10 {
			a, b := fmt.Sprintf("a%d", n), fmt.Sprintf("b%d", n)
			i.create(t, resource(a, "acme", `{}`), resource(b, "acme", `{}`))
			var both sync.WaitGroup
			var problems [2]error
			both.Go(func() { _, _, problems[0] = i.Depend(ctx, a, 1, []string{b}, infra.Write{}) })
			both.Go(func() { _, _, problems[1] = i.Depend(ctx, b, 1, []string{a}, infra.Write{}) })
			both.Wait()
			err := errors.Join(problems[:]...)
			require.True(t, fault.Is(err, fault.Conflict), "%v", err)
			require.True(t, problems[0] == nil || problems[1] == nil)
			require.ErrorContains(t, err, a+" → "+b+" → "+a)
		}
	})
}

func TestResourceKeys(t *testing.T) {
	i := newInventory(t)
	i.create(t, resource("vm", "acme", `{"n":1}`))
	write := infra.Write{Key: "key-1", RequestHash: "abc"}
	first, replayed, err := i.Update(ctx, changing("vm", 1, "n", "2"), write)
	require.NoError(t, err)
	require.False(t, replayed)

	t.Run("the same key again gives the first answer and changes nothing", func(t *testing.T) {
		again, replayed, err := i.Update(ctx, changing("vm", 1, "n", "2"), write)
		require.NoError(t, err)
		require.True(t, replayed)
		require.Equal(t, first, again)
	})
	t.Run("neither key nor answer can be read from the table", func(t *testing.T) {
		var row string
		var answer []byte
		require.NoError(t, i.pool.QueryRow(ctx, "SELECT w::text, answer FROM resource_writes w").Scan(&row, &answer))
		require.NotContains(t, row, "key-1")
		require.NotContains(t, string(answer), "acme")
	})
	t.Run("another request under the key is refused", func(t *testing.T) {
		_, _, err := i.Update(ctx, changing("vm", 2, "n", "3"), infra.Write{Key: "key-1", RequestHash: "def"})
		require.True(t, fault.Is(err, fault.IdempotencyMismatch), "%v", err)
	})
	t.Run("a refused write leaves its key free", func(t *testing.T) {
		late := infra.Write{Key: "key-2", RequestHash: "abc"}
		_, _, err := i.Update(ctx, changing("vm", 1, "n", "3"), late)
		require.True(t, fault.Is(err, fault.PreconditionFailed), "%v", err)
		_, replayed, err := i.Update(ctx, changing("vm", 2, "n", "3"), late)
		require.NoError(t, err)
		require.False(t, replayed)
	})
	t.Run("many senders of one key have one effect", func(t *testing.T) {
		current, err := i.Resource(ctx, "vm")
		require.NoError(t, err)
		var senders sync.WaitGroup
		answers := make([]infra.Resource, 8)
		problems := make([]error, 8)
		for n := range answers {
			senders.Go(func() {
				answers[n], _, problems[n] = i.Update(ctx, changing("vm", current.Version, "n", "9"), infra.Write{Key: "key-3", RequestHash: "x"})
			})
		}
		senders.Wait()
		require.NoError(t, errors.Join(problems...))
		for _, answer := range answers {
			require.Equal(t, answers[0], answer)
		}
	})
}

func TestResourceDependencies(t *testing.T) {
	i := newInventory(t)
	i.create(t, resource("vpc", "acme", `{}`), resource("subnet", "acme", `{}`, "vpc"), resource("vm", "acme", `{}`, "subnet", "vpc"))
	t.Run("come back in byte order", func(t *testing.T) {
		vm, err := i.Resource(ctx, "vm")
		require.NoError(t, err)
		require.Equal(t, []string{"subnet", "vpc"}, vm.DependsOn)
	})
	t.Run("that nobody knows are refused", func(t *testing.T) {
		_, _, err := i.Create(ctx, resource("x", "acme", `{}`, "nothing"), infra.Write{})
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		_, err = i.Resource(ctx, "x")
		require.True(t, fault.Is(err, fault.NotFound), "nothing of it was kept")
	})
	t.Run("in a circle are refused and named", func(t *testing.T) {
		_, _, err := i.Depend(ctx, "vpc", 1, []string{"vm"}, infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.ErrorContains(t, err, "subnet → vpc → vm → subnet")
	})
	t.Run("keep what others depend on from being deleted", func(t *testing.T) {
		_, _, err := i.Delete(ctx, "vpc", 1, infra.Write{})
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		require.ErrorContains(t, err, "subnet, vm")
		for _, id := range []string{"vm", "subnet", "vpc"} {
			_, _, err := i.Delete(ctx, id, 1, infra.Write{})
			require.NoError(t, err)
		}
	})
}

func TestResourcesOfATenant(t *testing.T) {
	i := newInventory(t)
	i.create(t, resource("own-base", "acme", `{}`), resource("own", "acme", `{}`, "own-base"), resource("foreign", "dune", `{}`), resource("nobodys", "", `{}`))
	require.NoError(t, postgres.AsTenant(ctx, i.pool, "acme", func(tx pgx.Tx) error {
		page, err := postgres.NewResources(tx).Resources(ctx, infra.ResourceFilter{}, "", 10)
		require.NoError(t, err)
		require.Len(t, page.Resources, 2)
		require.Equal(t, []string{"own-base"}, page.Resources[0].DependsOn)
		_, err = postgres.NewResources(tx).Resource(ctx, "foreign")
		require.True(t, fault.Is(err, fault.NotFound), "%v", err)
		var moves int
		require.NoError(t, tx.QueryRow(ctx, "SELECT count(version) FROM resource_transitions").Scan(&moves))
		require.Equal(t, 6, moves)
		return nil
	}))
	for _, statement := range []string{
		"SELECT actor FROM resource_transitions", "SELECT answer FROM resource_writes", "SELECT entry FROM reconciliations",
		"UPDATE resources SET actual = NULL",
	} {
		t.Run("a tenant may not "+statement, func(t *testing.T) {
			require.Error(t, postgres.AsTenant(ctx, i.pool, "acme", func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, statement)
				return err
			}))
		})
	}
	for _, statement := range []string{
		"UPDATE resource_transitions SET actor = 'nobody'", "DELETE FROM resource_transitions", "DELETE FROM resources",
	} {
		t.Run("a service may not "+statement, func(t *testing.T) {
			_, err := i.pool.Exec(ctx, statement)
			require.ErrorContains(t, err, "42501")
		})
	}
}

// rowsOf yields resources as lines of a file.
func rowsOf(resources ...infra.Resource) infra.Rows {
	return func(yield func(infra.Row, error) bool) {
		for n, one := range resources {
			if !yield(infra.Row{Resource: one, Place: fmt.Sprintf("file line %d", n+1)}, nil) {
				return
			}
		}
	}
}

func (i inventory) load(ctx context.Context, resources ...infra.Resource) ([]infra.Imported, error) {
	importer := infra.Importer{Store: i.Store, Now: func() time.Time { return noon }}
	return importer.Import(ctx, infra.Delivery{ID: "import-1", Name: "file", CreatedBy: "olga"}, rowsOf(resources...))
}

func TestResourceImport(t *testing.T) {
	t.Run("adds, replaces, and takes the same content once", func(t *testing.T) {
		i := newInventory(t)
		first := []infra.Resource{resource("a", "acme", `{"n":1,"m":2}`), resource("b", "dune", `{}`, "a"), resource("c", "dune", `{}`)}
		report, err := i.load(ctx, first...)
		require.NoError(t, err)
		require.Equal(t, []string{"acme 1 0 0", "dune 2 0 0"}, counts(report))

		_, _, err = i.Update(ctx, changing("a", 1, "n", "5"), infra.Write{})
		require.NoError(t, err)
		respelt := []infra.Resource{resource("c", "dune", `{}`), resource("b", "dune", `{}`, "a"), resource("a", "acme", `{ "m":2, "n":1 }`)}
		again, err := i.load(ctx, respelt...)
		require.NoError(t, err)
		require.Equal(t, []string{"acme 0 0 1", "dune 0 0 2"}, counts(again))
		require.Equal(t, report[1].ContentHash, again[1].ContentHash)
		kept, err := i.Resource(ctx, "a")
		require.NoError(t, err)
		require.JSONEq(t, `{"n":5,"m":2}`, string(kept.Actual), "what was changed since stays")

		other, err := i.load(ctx, resource("a", "acme", `{"n":7}`), resource("b", "dune", `{}`))
		require.NoError(t, err)
		require.Equal(t, []string{"acme 0 1 0", "dune 0 1 0"}, counts(other))
		replaced, err := i.Resource(ctx, "a")
		require.NoError(t, err)
		require.EqualValues(t, 3, replaced.Version)
		b, err := i.Resource(ctx, "b")
		require.NoError(t, err)
		require.Nil(t, b.DependsOn)
		moves, err := i.Store.Transitions(ctx, "b", 0, 10)
		require.NoError(t, err)
		require.Equal(t, "olga", moves[0].Actor)
	})
	t.Run("makes missing what is declared and not observed", func(t *testing.T) {
		i := newInventory(t)
		missing := resource("a", "acme", `{}`)
		missing.Actual = nil
		_, err := i.load(ctx, missing)
		require.NoError(t, err)
		kept, err := i.Resource(ctx, "a")
		require.NoError(t, err)
		require.Equal(t, infra.Active, kept.State)
	})
	for name, c := range map[string]struct {
		resources []infra.Resource
		says      string
	}{
		"an id that is given twice":    {[]infra.Resource{resource("a", "acme", `{}`), resource("b", "acme", `{}`), resource("a", "acme", `{}`)}, "file line 3: resource a is given twice, first at file line 1"},
		"a configuration that is none": {[]infra.Resource{resource("a", "acme", `{}`), resource("b", "acme", `[]`)}, "file line 2: desired of resource b is no JSON object"},
		"a dependency nobody knows":    {[]infra.Resource{resource("a", "acme", `{}`), resource("b", "acme", `{}`, "zz")}, "file line 2: resource b depends on zz, which nobody knows"},
		"a circle":                     {[]infra.Resource{resource("c", "acme", `{}`, "b"), resource("b", "acme", `{}`, "c")}, "file line 2: resources depend on each other in a circle: b → c → b"},
		"text that is no UTF-8":        {[]infra.Resource{resource("a", "acme", "{\"x\":\"\xff\"}")}, "file line 1: desired of resource a"},
	} {
		t.Run("refuses whole what has "+name, func(t *testing.T) {
			i := newInventory(t)
			_, err := i.load(ctx, c.resources...)
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.ErrorContains(t, err, c.says)
			require.Equal(t, 1, strings.Count(err.Error(), "file line "+c.says[10:11]), "%v", err)
			page, err := i.Resources(ctx, infra.ResourceFilter{}, "", 10)
			require.NoError(t, err)
			require.Zero(t, page.Total)
		})
	}
	t.Run("refuses what someone is changing just now", func(t *testing.T) {
		i := newInventory(t)
		i.create(t, resource("a", "acme", `{}`))
		_, _, err := i.Transition(ctx, "a", 1, infra.Updating, infra.Write{})
		require.NoError(t, err)
		_, err = i.load(ctx, resource("a", "acme", `{"n":1}`))
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
	})
}

func counts(report []infra.Imported) (list []string) {
	for _, one := range report {
		list = append(list, fmt.Sprintf("%s %d %d %d", one.TenantID, one.Added, one.Replaced, one.Unchanged))
	}
	return list
}
