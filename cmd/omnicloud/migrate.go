package main

import (
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/internal/postgres"
)

// migrateCommand brings the database's schema to the version of this program. Several hosts may run
// it at once; they take turns.
type migrateCommand struct {
	Database databaseFlags `embed:""`
}

// Run migrates and prints the version reached.
func (c *migrateCommand) Run(ctx context.Context, std streams) error {
	version, err := postgres.Migrate(ctx, c.Database.DatabaseURL)
	if err != nil {
		return fmt.Errorf("the database cannot be migrated: %w", err)
	}
	_, err = fmt.Fprintf(std.Out, "schema %s is at version %d\n", postgres.Schema, version)
	return err
}
