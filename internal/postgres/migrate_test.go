package postgres_test

import (
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestMigrate(t *testing.T) {
	t.Run("takes turns when several hosts start at once", func(t *testing.T) {
		address := postgrestest.EmptyURL(t)
		var group sync.WaitGroup
		versions := make([]int64, 6)
		for i := range versions {
			group.Go(func() {
				version, err := postgres.Migrate(ctx, address)
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
		address := postgrestest.URL(t)
		pool, err := postgres.Open(ctx, address, postgres.WithTracing())
		require.NoError(t, err)
		defer pool.Close()
		created, err := postgres.EnsureBook(ctx, pool, closing.SampleBook())
		require.NoError(t, err)
		require.True(t, created)
		_, err = postgres.Migrate(ctx, address)
		require.NoError(t, err)
		created, err = postgres.EnsureBook(ctx, pool, closing.SampleBook())
		require.NoError(t, err)
		require.False(t, created)
	})
	t.Run("of databases of one cluster at once share its roles", func(t *testing.T) {
		var group sync.WaitGroup
		for range 4 {
			address := postgrestest.EmptyURL(t)
			group.Go(func() {
				if _, err := postgres.Migrate(ctx, address); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

// TestOrdinaryUser migrates and reads as who is no superuser, as managed databases want it.
func TestOrdinaryUser(t *testing.T) {
	admin := postgrestest.EmptyURL(t)
	address, err := url.Parse(admin)
	require.NoError(t, err)
	role := strings.TrimPrefix(address.Path, "/") + "_user"
	execute := func(statements ...string) {
		connection, err := pgx.Connect(ctx, admin)
		require.NoError(t, err)
		for _, statement := range statements {
			_, err := connection.Exec(ctx, statement)
			require.NoError(t, err)
		}
		require.NoError(t, connection.Close(ctx))
	}
	execute("CREATE ROLE "+role+" LOGIN PASSWORD 'secret'", "GRANT CREATE ON DATABASE "+address.Path[1:]+" TO "+role)
	t.Cleanup(func() { execute("DROP OWNED BY "+role, "DROP ROLE "+role) })
	query := address.Query()
	query.Set("user", role)
	query.Set("password", "secret")
	address.RawQuery, address.User = query.Encode(), nil

	t.Run("is told what an administrator has to grant", func(t *testing.T) {
		_, err := postgres.Migrate(ctx, address.String())
		require.ErrorContains(t, err, "not a member of the role omnicloud_tenant")
	})
	t.Run("migrates and reads for a tenant once it is granted", func(t *testing.T) {
		execute("GRANT omnicloud_tenant TO " + role)
		_, err := postgres.Migrate(ctx, address.String())
		require.NoError(t, err)
		pool, err := postgres.Open(ctx, address.String())
		require.NoError(t, err)
		defer pool.Close()
		_, err = pool.Exec(ctx, `INSERT INTO usage_records (slice_id, row_no, tenant_id, category, quantity)
			VALUES (1, 1, 'acme', 'compute', 5), (1, 2, 'globex', 'compute', 6)`)
		require.NoError(t, err)
		require.NoError(t, postgres.AsTenant(ctx, pool, "acme", func(tx pgx.Tx) error {
			var seen int
			err := tx.QueryRow(ctx, "SELECT count(*) FROM usage_records").Scan(&seen)
			require.Equal(t, 1, seen)
			return err
		}))
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
