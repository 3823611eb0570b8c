// Command omnicloud is the operations engine of OmniCloud: the whole stack on one machine, its
// roles one by one, and the engines on plain files. Commands live in a file each; this one only
// parses, wires and reports.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// envPrefix starts the environment twin of every flag: --database-url is OMNICLOUD_DATABASE_URL.
const envPrefix = "OMNICLOUD"

// commands is the root of the command line; each field is one command, documented in its own file.
type commands struct {
	Logging loggingFlags `embed:""`
	Version versionFlag  `help:"Print the version and exit."`

	Dev          devCommand          `cmd:"" help:"Run everything on this machine: PostgreSQL, Temporal and its UI, the sandbox services, worker and API."`
	API          apiCommand          `cmd:"" name:"api" help:"Serve the REST API."`
	Worker       workerCommand       `cmd:"" help:"Run workflows and activities."`
	Schedules    schedulesCommand    `cmd:"" help:"Show and apply the schedules that are declared in code."`
	Sandbox      sandboxCommand      `cmd:"" help:"Stand in for the platform's services."`
	Import       importCommand       `cmd:"" help:"Load bills (FOCUS), invoices, usage or tenants; whole or not at all, the same content once."`
	Book         bookCommand         `cmd:"" help:"Make, change and show books: what is closed together, in which currency, by whom."`
	Migrate      migrateCommand      `cmd:"" help:"Bring the database to the version of this program; safe from several hosts at once."`
	Allocate     allocateCommand     `cmd:"" help:"Allocate shared cost exactly, on files: no server, no database."`
	Forecast     forecastCommand     `cmd:"" help:"Forecast series of measurements with intervals, on files: no server, no database."`
	Seasonality  seasonalityCommand  `cmd:"" help:"Say which pattern repeats in each series, on files: no server, no database."`
	Regimes      regimesCommand      `cmd:"" help:"Say where each series changed for good, on files: no server, no database."`
	Drift        driftCommand        `cmd:"" help:"Compare declared with live configuration by meaning, on files; exits with 2 where they differ."`
	DriftHistory driftHistoryCommand `cmd:"" help:"Verify the history of what drifted and what was decided and done about it."`
	Ledger       ledgerCommand       `cmd:"" help:"Verify the ledger of approved results."`
	Keys         keysCommand         `cmd:"" help:"Make, copy and rotate the keys that sign tokens and encrypt payloads."`
	Token        tokenCommand        `cmd:"" help:"Make bearer tokens for the REST API."`
}

// streams are the standard streams, handed to commands so that tests can replace them. A command
// writes results to Out and progress to Err, nothing else.
type streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

func main() {
	// The first signal asks every command to stop, a closed terminal's included; a second one kills,
	// because stop restores the default handling as soon as the context ends.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// run parses the arguments, runs the chosen command and returns the exit code of the process.
func run(ctx context.Context, arguments []string, std streams) (code int) {
	// kong ends the process itself after --help; the panic brings that end back here.
	type exit int
	defer func() {
		if recovered := recover(); recovered != nil {
			asked, ok := recovered.(exit)
			if !ok {
				panic(recovered)
			}
			code = int(asked)
		}
	}()

	var root commands
	parser, err := kong.New(
		&root,
		kong.Name("omnicloud"),
		kong.Description("Closes shared cloud bills to the cent, finds and mends configuration drift, forecasts capacity. Every flag can also be set by the environment variable shown beside it."),
		kong.DefaultEnvars(envPrefix),
		kong.NamedMapper("path", kong.MapperFunc(readPath)),
		kong.Writers(std.Out, std.Err),
		kong.Exit(func(status int) { panic(exit(status)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		return report(std.Err, err)
	}
	selected, err := parser.Parse(arguments)
	if err != nil {
		return report(std.Err, usageError{err})
	}
	selected.Bind(root.Logging.logger(std.Err))
	return report(std.Err, selected.Run())
}
