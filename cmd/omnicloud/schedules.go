package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"

	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/workers"
)

// schedulesCommand shows and applies the schedules that are declared in code.
type schedulesCommand struct {
	Apply schedulesApplyCommand `cmd:"" help:"Create and update live schedules until they are as declared. Pauses stay."`
	List  schedulesListCommand  `cmd:"" help:"List the declared schedules and when each runs next."`
	Diff  schedulesDiffCommand  `cmd:"" help:"Say how the live schedules differ from the declared ones; changes nothing."`
}

// scheduleFlags say where the books, the tenants and the schedules are.
type scheduleFlags struct {
	Database databaseFlags `embed:""`
	Temporal temporalFlags `embed:""`
	Keys     keyFlags      `embed:""`
	Services serviceFlags  `embed:""`
}

// connect opens the keys and both ends; the caller calls done.
func (f scheduleFlags) connect(ctx context.Context, logger *slog.Logger) (connected client.Client, declared workers.Declarations, done func(), err error) {
	var opened []func()
	closeAll := func() {
		for _, end := range slices.Backward(opened) {
			end()
		}
	}
	defer func() {
		if err != nil {
			closeAll()
		}
	}()
	keys, err := f.Keys.open(ctx, logger)
	if err != nil {
		return nil, declared, nil, err
	}
	opened = append(opened, keys.close)
	ring, err := keys.payloads(ctx)
	if err != nil {
		return nil, declared, nil, err
	}
	if connected, err = dialTemporal(ctx, f.Temporal, ring, logger); err != nil {
		return nil, declared, nil, err
	}
	opened = append(opened, connected.Close)
	services, err := serviceclient.New(f.Services.options("omnicloud-schedules", logger))
	if err != nil {
		return nil, declared, nil, err
	}
	opened = append(opened, services.Close)
	pool, err := postgres.Open(ctx, f.Database.DatabaseURL)
	if err != nil {
		return nil, declared, nil, err
	}
	opened = append(opened, pool.Close)
	declared = workers.Declarations{Books: postgres.NewClosing(pool), Tenants: workers.ScannedTenants(pool, services, instant.Now), Training: true}
	return connected, declared, closeAll, nil
}

type schedulesApplyCommand struct {
	Flags scheduleFlags `embed:""`
}

// Run applies and prints what was done.
func (c *schedulesApplyCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	connected, declared, done, err := c.Flags.connect(ctx, logger)
	if err != nil {
		return err
	}
	defer done()
	changes, err := workers.ApplySchedules(ctx, connected, declared)
	if err != nil {
		return err
	}
	return printChanges(std.Out, changes)
}

type schedulesDiffCommand struct {
	Flags scheduleFlags `embed:""`
}

// Run compares and prints what apply would do.
func (c *schedulesDiffCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	connected, declared, done, err := c.Flags.connect(ctx, logger)
	if err != nil {
		return err
	}
	defer done()
	changes, err := workers.DiffSchedules(ctx, connected, declared)
	if err != nil {
		return err
	}
	return printChanges(std.Out, changes)
}

func printChanges(out io.Writer, changes []workers.ScheduleChange) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SCHEDULE\tCHANGE\tPAUSED\tDIFFERENCES")
	for _, change := range changes {
		paused := ""
		if change.Paused {
			paused = "paused: " + change.Note
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", change.ID, change.Change, paused, strings.Join(change.Differences, "; "))
	}
	return table.Flush()
}

type schedulesListCommand struct {
	Flags scheduleFlags `embed:""`
}

// Run prints each declared schedule with its state on the server.
func (c *schedulesListCommand) Run(ctx context.Context, std streams, logger *slog.Logger) error {
	connected, declared, done, err := c.Flags.connect(ctx, logger)
	if err != nil {
		return err
	}
	defer done()
	states, err := workers.ListSchedules(ctx, connected, declared)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(std.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SCHEDULE\tSTATE\tNEXT RUN")
	for _, state := range states {
		fmt.Fprintf(table, "%s\t%s\t%s\n", state.ID, state.State, state.Next)
	}
	return table.Flush()
}
