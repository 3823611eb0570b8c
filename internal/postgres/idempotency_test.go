package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/idempotency"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestIdempotency(t *testing.T) {
	pool := postgrestest.New(t)
	store := postgres.NewIdempotency(pool)
	request := func(key string) idempotency.Request {
		return idempotency.Request{Key: key, Actor: "olga", Route: "POST /v1/imports", Hash: "ab"}
	}
	answer := idempotency.Response{Status: 202, Headers: map[string]string{"Location": "/v1/x"}, Body: []byte(`{"a":1}`)}

	t.Run("repeats an answer", func(t *testing.T) {
		claim, replay, err := store.Begin(ctx, request("repeat"))
		require.NoError(t, err)
		require.Nil(t, replay)
		require.NoError(t, store.Finish(ctx, claim, answer))
		_, replay, err = store.Begin(ctx, request("repeat"))
		require.NoError(t, err)
		require.Equal(t, &answer, replay)
	})
	t.Run("gives one of many the claim and lets the others wait", func(t *testing.T) {
		var group sync.WaitGroup
		var claims atomic.Int32
		for range 20 {
			group.Go(func() {
				_, _, err := store.Begin(ctx, request("race"))
				if err == nil {
					claims.Add(1)
				} else if !fault.Is(err, fault.InFlight) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		require.Equal(t, int32(1), claims.Load())
	})
	for name, change := range map[string]func(*idempotency.Request){
		"refuses another body":  func(r *idempotency.Request) { r.Hash = "cd" },
		"refuses another actor": func(r *idempotency.Request) { r.Actor = "mallory" },
		"refuses another route": func(r *idempotency.Request) { r.Route = "POST /v1/other" },
	} {
		t.Run(name, func(t *testing.T) {
			other := request("repeat")
			change(&other)
			_, _, err := store.Begin(ctx, other)
			require.True(t, fault.Is(err, fault.IdempotencyMismatch), "%v", err)
		})
	}
	t.Run("takes over from a process that died, which then cannot finish", func(t *testing.T) {
		dead, _, err := store.Begin(ctx, request("dead"))
		require.NoError(t, err)
		age(t, pool, "claimed_at", "dead")
		other := request("dead")
		other.Hash = "cd"
		_, _, err = store.Begin(ctx, other)
		require.True(t, fault.Is(err, fault.IdempotencyMismatch), "another body does not take over")
		claim, replay, err := store.Begin(ctx, request("dead"))
		require.NoError(t, err)
		require.Nil(t, replay)
		require.True(t, fault.Is(store.Finish(ctx, dead, answer), fault.Conflict))
		require.NoError(t, store.Abandon(ctx, dead))
		require.NoError(t, store.Finish(ctx, claim, answer))
	})
	t.Run("lets an extended claim hold, however long the work takes", func(t *testing.T) {
		claim, _, err := store.Begin(ctx, request("long"))
		require.NoError(t, err)
		age(t, pool, "claimed_at", "long")
		require.NoError(t, store.Extend(ctx, claim))
		_, _, err = store.Begin(ctx, request("long"))
		require.True(t, fault.Is(err, fault.InFlight), "%v", err)
		require.NoError(t, store.Finish(ctx, claim, answer))
		require.True(t, fault.Is(store.Extend(ctx, claim), fault.Conflict), "what is done is claimed by nobody")
	})
	t.Run("frees the key of what came to nothing", func(t *testing.T) {
		claim, _, err := store.Begin(ctx, request("free"))
		require.NoError(t, err)
		require.NoError(t, store.Abandon(ctx, claim))
		_, replay, err := store.Begin(ctx, request("free"))
		require.NoError(t, err)
		require.Nil(t, replay)
	})
	t.Run("forgets an answer when its time is over", func(t *testing.T) {
		age(t, pool, "expires_at", "repeat")
		_, replay, err := store.Begin(ctx, request("repeat"))
		require.NoError(t, err)
		require.Nil(t, replay)
		age(t, pool, "expires_at", "repeat")
		claim, _, err := store.Begin(ctx, request("later"))
		require.NoError(t, err)
		require.NoError(t, store.Finish(ctx, claim, answer))
		var kept bool
		require.NoError(t, pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM idempotency_keys WHERE idempotency_key = 'repeat')").Scan(&kept))
		require.False(t, kept)
	})
}
