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
		_, err := first.Exec(ctx, "INSERT INTO role_grants (subject, role, granted_by) VALUES ('ada', 'operator', 'test')")
		require.NoError(t, err)
		var grants int
		require.NoError(t, second.QueryRow(ctx, "SELECT count(*) FROM role_grants").Scan(&grants))
		require.Zero(t, grants)
	})

	t.Run("can be had without a schema", func(t *testing.T) {
		require.NotEmpty(t, postgrestest.EmptyURL(t))
	})
}
