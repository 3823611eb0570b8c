package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/internal/postgres"
)

// templateLock keeps several test processes on one server from making the template at once.
const templateLock = 0x74657374

// templateName is the database that others are copied from; it is named by what was migrated into
// it, so that a server of one's own never gives an old schema.
var templateName = sync.OnceValue(func() string {
	name, err := fingerprint("")
	if err != nil {
		panic(err) // The migrations are embedded: they can always be read.
	}
	return "omnicloud_template_" + name
})

// makeTemplate makes the migrated template database on a server that does not have it yet.
func makeTemplate(ctx context.Context, server string) (err error) {
	connection, err := pgx.Connect(ctx, server)
	if err != nil {
		return fmt.Errorf("connecting to the test server: %w", err)
	}
	// The lock goes with the connection.
	defer func() { err = errors.Join(err, connection.Close(ctx)) }()
	if _, err := connection.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return fmt.Errorf("waiting for another process's template: %w", err)
	}
	var exists bool
	query := "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := connection.QueryRow(ctx, query, templateName()).Scan(&exists); err != nil {
		return fmt.Errorf("looking for the template database: %w", err)
	}
	if exists {
		return nil
	}
	making := templateName() + "_making"
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + making + " WITH (FORCE)",
		"CREATE DATABASE " + making,
	} {
		if _, err := connection.Exec(ctx, statement); err != nil {
			return fmt.Errorf("making the template database: %w", err)
		}
	}
	address, err := url.Parse(server)
	if err != nil {
		return fmt.Errorf("reading the server's URL: %w", err)
	}
	address.Path = "/" + making
	if _, err := postgres.Migrate(ctx, address.String()); err != nil {
		return err
	}
	// Renamed only when whole: a template under its final name is always complete.
	if _, err := connection.Exec(ctx, "ALTER DATABASE "+making+" RENAME TO "+templateName()); err != nil {
		return fmt.Errorf("naming the template database: %w", err)
	}
	return nil
}
