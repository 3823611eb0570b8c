// Package postgrestest gives tests real databases: one private PostgreSQL cluster per test process,
// found on the machine and started on first use, and from it a fresh, migrated database in about a
// tenth of a second. The cluster ends with the process, however that ends.
//
// Where OMNICLOUD_TEST_DATABASE_URL names a server, databases are made there instead; its user must
// be allowed to create databases and roles.
package postgrestest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/internal/postgres"
)

// New returns a pool on a fresh database of the test's own. Both go when the test ends.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, URL(t))
}

// open returns a pool that is closed when the test ends.
func open(t testing.TB, database string) *pgxpool.Pool {
	t.Helper()
	pool, err := postgres.Open(context.Background(), database)
	if err != nil {
		t.Fatalf("opening the test database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the URL of a fresh, migrated database, which goes when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, " TEMPLATE "+pgx.Identifier{templateName()}.Sanitize())
}

// EmptyURL returns the URL of a fresh database without any schema, for tests of migrations.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

// created numbers this process's databases, whose names also hold its id and the time: several
// processes may share a server.
var created atomic.Int64

func create(t testing.TB, options string) string {
	t.Helper()
	server, err := shared()
	if err != nil {
		t.Fatalf("starting PostgreSQL for tests: %v", err)
	}
	name := fmt.Sprintf("omnicloud_test_%d_%d_%d", time.Now().Unix(), os.Getpid(), created.Add(1))
	quoted := pgx.Identifier{name}.Sanitize()
	if err := administer(server.url, "CREATE DATABASE "+quoted+options); err != nil {
		t.Fatalf("creating a test database: %v", err)
	}
	// FORCE ends what a failed test left connected.
	t.Cleanup(func() {
		if err := administer(server.url, "DROP DATABASE "+quoted+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping the test database: %v", err)
		}
	})
	address, err := url.Parse(server.url)
	if err != nil {
		t.Fatalf("reading the server's URL: %v", err)
	}
	address.Path = "/" + name
	return address.String()
}

// administer runs one statement on a connection of its own.
func administer(server, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	connection, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connecting to the test server: %w", err)
	}
	_, err = connection.Exec(ctx, statement)
	if closing := connection.Close(ctx); err == nil {
		err = closing
	}
	return err
}
