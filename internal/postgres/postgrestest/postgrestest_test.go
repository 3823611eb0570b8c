package postgrestest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestDatabases(t *testing.T) {
	ctx := context.Background()
	first, second := postgrestest.New(t), postgrestest.New(t)

	t.Run("are migrated", func(t *testing.T) {
		var books int
		require.NoError(t, first.QueryRow(ctx, "SELECT count(*) FROM books").Scan(&books))
		require.Zero(t, books)
	})

	t.Run("do not see each other", func(t *testing.T) {
		_, err := first.Exec(ctx, "INSERT INTO outbox (topic, group_key, message_key, payload) VALUES ('notification', 'main', 'one', '{}')")
		require.NoError(t, err)
		var messages int
		require.NoError(t, second.QueryRow(ctx, "SELECT count(*) FROM outbox").Scan(&messages))
		require.Zero(t, messages)
	})

	t.Run("can be had without a schema", func(t *testing.T) {
		require.NotEmpty(t, postgrestest.EmptyURL(t))
	})
}
