package postgres_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/outbox"
)

// age moves a time of an idempotency key into the past.
func age(t *testing.T, pool *pgxpool.Pool, column, key string) {
	t.Helper()
	_, err := pool.Exec(ctx, "UPDATE idempotency_keys SET "+pgx.Identifier{column}.Sanitize()+" = now() - interval '1 hour' WHERE idempotency_key = $1", key)
	require.NoError(t, err)
}

func TestOutbox(t *testing.T) {
	b := newBench(t)
	message := func(key string) outbox.Message {
		return outbox.Message{Topic: "topic", Group: "g/" + key[:1], Key: key, Payload: []byte(`{"n": 1}`), CorrelationID: "corr"}
	}
	for _, key := range []string{"a1", "a2", "b1", "a1"} {
		require.NoError(t, b.outbox.Notify(ctx, message(key)))
	}
	pending := func(group string) []outbox.Message {
		list, err := b.outbox.Pending(ctx, "topic", group, 10)
		require.NoError(t, err)
		return list
	}
	t.Run("keeps each key once, in order", func(t *testing.T) {
		list := pending("")
		require.Len(t, list, 3)
		require.Equal(t, "a1", list[0].Key)
		require.Equal(t, "corr", list[0].CorrelationID)
		require.JSONEq(t, `{"n":1}`, string(list[0].Payload))
		require.Len(t, pending("g/a"), 2)
	})
	t.Run("lists what was delivered no more", func(t *testing.T) {
		require.NoError(t, b.outbox.Delivered(ctx, pending("g/b")[0].ID))
		require.Empty(t, pending("g/b"))
	})
	t.Run("lists what failed when it is due again", func(t *testing.T) {
		first := pending("g/a")[0]
		require.NoError(t, b.outbox.Failed(ctx, first.ID, "billing is down", time.Now().Add(time.Hour)))
		require.Len(t, pending("g/a"), 1)
		require.NoError(t, b.outbox.Failed(ctx, first.ID, "billing is down", time.Unix(0, 0)))
		require.Equal(t, 2, pending("g/a")[0].Attempts)
	})
}
