package postgres_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestMigrate(t *testing.T) {
	t.Run("takes turns when several hosts start at once", func(t *testing.T) {
		url := postgrestest.EmptyURL(t)
		var group sync.WaitGroup
		versions := make([]int64, 6)
		for i := range versions {
			group.Go(func() {
				version, err := postgres.Migrate(ctx, url)
				if err != nil {
					t.Error(err)
				}
				versions[i] = version
			})
		}
		group.Wait()
		for _, version := range versions {
			require.Equal(t, versions[0], version)
			require.Positive(t, version)
		}
	})
	t.Run("keeps what is there", func(t *testing.T) {
		url := postgrestest.URL(t)
		pool, err := postgres.Open(ctx, url, postgres.WithTracing())
		require.NoError(t, err)
		defer pool.Close()
		created, err := postgres.EnsureBook(ctx, pool, closing.SampleBook())
		require.NoError(t, err)
		require.True(t, created)
		_, err = postgres.Migrate(ctx, url)
		require.NoError(t, err)
		created, err = postgres.EnsureBook(ctx, pool, closing.SampleBook())
		require.NoError(t, err)
		require.False(t, created)
	})
	t.Run("of databases of one cluster at once share its roles", func(t *testing.T) {
		var group sync.WaitGroup
		for range 4 {
			url := postgrestest.EmptyURL(t)
			group.Go(func() {
				if _, err := postgres.Migrate(ctx, url); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

func TestOpen(t *testing.T) {
	t.Run("says where nothing answers", func(t *testing.T) {
		_, err := postgres.Open(ctx, "postgres://nobody@127.0.0.1:1/omnicloud")
		require.True(t, fault.Is(err, fault.Unavailable))
		require.ErrorContains(t, err, "127.0.0.1 port 1")
		_, err = postgres.Migrate(ctx, "postgres://nobody@127.0.0.1:1/omnicloud")
		require.True(t, fault.Is(err, fault.Unavailable))
	})
	t.Run("refuses what is no URL without repeating its password", func(t *testing.T) {
		_, err := postgres.Open(ctx, "postgres://user:secret@host:port/db")
		require.True(t, fault.Is(err, fault.InvalidInput))
		require.NotContains(t, err.Error(), "secret")
	})
}
