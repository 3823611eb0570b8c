package main

import (
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
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
	Head   string `help:"Hash that an earlier run printed for the register, or with --tenant for the tenant: it must still be there." placeholder:"HASH"`
}

// Run prints one line per tenant whose chain holds, and one for the register over them; the first that does
// not hold is the error.
func (c *driftHistoryVerifyCommand) Run(ctx context.Context, std streams) error {
	pool, err := postgres.Open(ctx, c.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	show := func(head drifthistory.Head) error {
		_, err := fmt.Fprintf(std.Out, "tenant %s: %d entries, head %s\n", head.TenantID, head.Entries, headText(head.Hash))
		return err
	}
	if c.Tenant != "" {
		head, err := postgres.VerifyDriftHistory(ctx, pool, c.Tenant, c.Head)
		if err != nil {
			return err
		}
		return show(head)
	}
	register, err := postgres.VerifyDriftHistories(ctx, pool, c.Head, show)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "register: %d entries, head %s\n", register.Entries, headText(register.Hash))
	return err
}
