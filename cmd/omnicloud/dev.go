package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/omnicloud/omnicloud/internal/devstack"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/workflows"
)

// devCommand runs the whole stack on one machine.
type devCommand struct {
	Data           string `help:"Folder that holds everything the stack stores." default:".omnicloud" type:"path"`
	APIAddr        string `name:"api-addr" help:"Address of the REST API; port 0 picks a free one." default:"127.0.0.1:8080"`
	TemporalAddr   string `help:"Address of the Temporal frontend; port 0 picks a free one." default:"127.0.0.1:7233"`
	TemporalUIAddr string `name:"temporal-ui-addr" help:"Address of the Temporal UI; port 0 picks a free one." default:"127.0.0.1:8233"`
	SandboxAddr    string `help:"Address of the sandbox services; port 0 picks a free one." default:"127.0.0.1:8090"`
	MetricsAddr    string `help:"Address of the worker's /metrics, /healthz and /readyz; port 0 picks a free one." default:"127.0.0.1:0"`
	PostgresAddr   string `help:"Address of the private PostgreSQL; port 0 picks a free one." default:"127.0.0.1:0"`
	PostgresBin    string `help:"Folder with PostgreSQL's initdb and postgres; found by itself in the usual places." placeholder:"DIR" type:"path"`

	Monitoring monitoringFlags `embed:""`
}

// Run starts the stack, says how to use it, and keeps it running until the context ends.
func (c *devCommand) Run(ctx context.Context, std streams, log *slog.Logger) error {
	if _, err := c.Monitoring.monitoring(log); err != nil {
		return err // the worker would find out in its log only
	}
	if _, err := c.Monitoring.events(); err != nil {
		return err
	}
	began := time.Now()
	// Whoever reads the output may go first, such as tee on the same Ctrl-C; a line that nobody reads
	// must not end the supervisor before its children.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	folder, err := devstack.OpenFolder(c.Data)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.ReapOrphans(log); err != nil {
		return err
	}
	supervisor := devstack.NewSupervisor(folder, log)
	defer hurryAtSecondSignal(supervisor)()
	defer supervisor.Stop()

	stack := &devStack{flags: c, folder: folder, supervisor: supervisor, progress: &progress{w: std.Err, began: began}}
	if err := stack.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop while starting: nothing failed
		}
		return folder.Explain(err)
	}
	if err := stack.printSummary(std.Out); err != nil {
		return err
	}
	<-ctx.Done()
	stack.progress.step("stopping")
	supervisor.Stop()
	stack.progress.step("stopped; everything is kept in %s", folder.Path())
	return nil
}

// hurryAtSecondSignal has the second signal kill the children, where by default it would end this process
// and leave them behind. What it returns ends that.
func hurryAtSecondSignal(supervisor *devstack.Supervisor) (end func()) {
	signals, ended := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for range 2 {
			select {
			case <-signals:
			case <-ended:
				return
			}
		}
		supervisor.Hurry()
	}()
	return func() { signal.Stop(signals); close(ended) }
}

// devStack is one run of the stack on its way up.
type devStack struct {
	flags      *devCommand
	folder     *devstack.Folder
	supervisor *devstack.Supervisor
	progress   *progress
	endpoints  devstack.Endpoints
}

// start brings the parts up in the order of their needs.
func (s *devStack) start(ctx context.Context) error {
	temporal, err := devstack.FindTemporal()
	if err != nil {
		return err
	}
	if err := createKeys(ctx, keyfolder.At(s.folder.Keys())); err != nil {
		return err
	}
	databaseAddress, err := s.claimAddresses(ctx)
	if err != nil {
		return err
	}
	cluster, err := devstack.PrepareCluster(ctx, s.folder, s.flags.PostgresBin, databaseAddress)
	if err != nil {
		return err
	}
	s.endpoints.DatabaseURL = cluster.URL()
	if err := s.folder.WriteEndpoints(s.endpoints); err != nil {
		return err
	}
	if err := s.startServers(ctx, cluster, temporal); err != nil {
		return err
	}
	bearer, err := s.writeTokens(ctx)
	if err != nil {
		return err
	}
	if err := s.startEngine(ctx); err != nil {
		return err
	}
	if err := s.createRules(ctx, bearer); err != nil {
		return err
	}
	return s.enforceDrift(ctx, bearer)
}

// startServers brings up what the engine stands on, side by side: the database, and then in it the
// schema and the sandbox; and Temporal.
func (s *devStack) startServers(ctx context.Context, cluster *devstack.Cluster, temporal string) error {
	servers, ctx := errgroup.WithContext(ctx)
	servers.Go(func() error {
		if err := s.startDatabase(ctx, cluster); err != nil {
			return err
		}
		servers.Go(func() error { return s.prepareDatabase(ctx) })
		return s.startSandbox(ctx)
	})
	servers.Go(func() error { return s.startTemporal(ctx, temporal) })
	return servers.Wait()
}

// claimAddresses settles who listens where and returns the database's address.
func (s *devStack) claimAddresses(ctx context.Context) (database string, err error) {
	last := s.folder.RememberedEndpoints()
	claim := func(flag, address, remembered string) string {
		if err != nil {
			return ""
		}
		var claimed string
		claimed, err = devstack.ClaimAddress(ctx, flag, address, devstack.HostPort(remembered))
		return claimed
	}
	s.endpoints = devstack.Endpoints{
		API:        "http://" + claim("--api-addr", s.flags.APIAddr, last.API),
		Temporal:   claim("--temporal-addr", s.flags.TemporalAddr, last.Temporal),
		TemporalUI: "http://" + claim("--temporal-ui-addr", s.flags.TemporalUIAddr, last.TemporalUI),
		Sandbox:    "http://" + claim("--sandbox-addr", s.flags.SandboxAddr, last.Sandbox),

		WorkerMetrics: "http://" + claim("--metrics-addr", s.flags.MetricsAddr, last.WorkerMetrics),
	}
	database = claim("--postgres-addr", s.flags.PostgresAddr, last.DatabaseURL)
	return database, err
}

func (s *devStack) startDatabase(ctx context.Context, cluster *devstack.Cluster) error {
	if err := s.supervisor.Start(ctx, cluster.Child()); err != nil {
		return err
	}
	s.progress.step("PostgreSQL %d is up", cluster.Version())
	return nil
}

func (s *devStack) startTemporal(ctx context.Context, program string) error {
	child, err := devstack.Temporal{
		Program:          program,
		Address:          s.endpoints.Temporal,
		UIAddress:        devstack.HostPort(s.endpoints.TemporalUI),
		CodecURL:         s.endpoints.API + "/codec",
		SearchAttributes: workflows.SearchAttributeNames(),
	}.Child(s.folder)
	if err != nil {
		return err
	}
	if err := s.supervisor.Start(ctx, child); err != nil {
		return err
	}
	s.progress.step("Temporal is up")
	return nil
}

// progress tells a person what the start is at, with seconds since it began.
type progress struct {
	w     io.Writer
	began time.Time
}

func (p *progress) step(format string, arguments ...any) {
	fmt.Fprintf(p.w, "%5.1fs  %s\n", time.Since(p.began).Seconds(), fmt.Sprintf(format, arguments...))
}
