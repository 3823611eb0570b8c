package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// driftHistoryCommand groups what there is to do with the history of drift.
type driftHistoryCommand struct {
	Verify driftHistoryVerifyCommand `cmd:"" help:"Walk the hash chain of every tenant and name the first edited, dropped or reordered record."`
}

// driftHistoryVerifyCommand proves that what was found, decided and done is what is stored.
type driftHistoryVerifyCommand struct {
	Database databaseFlags `embed:""`

	Tenant string `help:"Verify this tenant alone." placeholder:"TENANT"`
	Head   string `help:"Hash that an earlier run printed for the tenant: it must still be part of the chain." placeholder:"HASH"`
}

// Run prints one line per tenant whose chain holds; the first that does not is the error.
func (c *driftHistoryVerifyCommand) Run(ctx context.Context, std streams) error {
	if c.Head != "" && c.Tenant == "" {
		return usageError{fault.New(fault.InvalidInput, "--head belongs to one tenant; name it with --tenant")}
	}
	pool, err := postgres.Open(ctx, c.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	tenants, err := postgres.DriftTenants(ctx, pool)
	if err != nil {
		return err
	}
	if c.Tenant != "" {
		// A mistyped tenant, or one whose whole history was removed, must not look verified.
		if !slices.Contains(tenants, c.Tenant) {
			return fault.New(fault.NotFound, "there is no drift history of tenant %.128s", c.Tenant)
		}
		tenants = []string{c.Tenant}
	}
	for _, tenant := range tenants {
		head, err := postgres.VerifyDriftHistory(ctx, pool, tenant, c.Head)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(std.Out, "tenant %s: %d entries, head %s\n", tenant, head.Entries, headText(head.Hash)); err != nil {
			return err
		}
	}
	return nil
}
