package postgrestest

import (
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// NewService returns a pool on the database at a URL for a user who is only a member of omnicloud_service,
// as the API and the worker are to be in production: he owns no table, is no superuser, and is let past
// row-level security, without which PostgreSQL refuses COPY. Both go when the test ends.
func NewService(t testing.TB, database string) *pgxpool.Pool {
	t.Helper()
	return open(t, serviceURL(t, database))
}

// serviceURL makes the user and returns the URL by which he opens the database.
func serviceURL(t testing.TB, database string) string {
	t.Helper()
	address, err := url.Parse(database)
	if err != nil {
		t.Fatalf("reading the database's URL: %v", err)
	}
	name := "service_" + address.Path[1:]
	const password = "service"
	quoted := pgx.Identifier{name}.Sanitize()
	if err := administer(database, "CREATE ROLE "+quoted+" LOGIN BYPASSRLS PASSWORD '"+password+"' IN ROLE omnicloud_service"); err != nil {
		t.Fatalf("creating a user for services: %v", err)
	}
	t.Cleanup(func() {
		// The server's URL, since the database may be gone by now.
		server, err := shared()
		if err == nil {
			err = administer(server.url, "DROP ROLE "+quoted)
		}
		if err != nil {
			t.Errorf("dropping the user for services: %v", err)
		}
	})
	// The test cluster's own URL has its user among the parameters, which count for more.
	parameters := address.Query()
	parameters.Del("user")
	address.RawQuery, address.User = parameters.Encode(), url.UserPassword(name, password)
	return address.String()
}
