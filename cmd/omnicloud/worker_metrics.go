package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/omnicloud/omnicloud/internal/metrics"
	"github.com/omnicloud/omnicloud/internal/probe"
	"github.com/omnicloud/omnicloud/workers"
)

// runObserved runs a worker and, where an address is given, answers there how it does until the last
// activity has ended. A worker that cannot be watched does not run either.
func (c *workerCommand) runObserved(ctx context.Context, config workers.Config, ready probe.Checks, observed *metrics.Registry, logger *slog.Logger) error {
	if c.MetricsAddr == "" {
		return workers.Run(ctx, config)
	}
	var started atomic.Bool
	config.Started = func() { started.Store(true) }
	ready["queues"] = func(context.Context) error {
		if !started.Load() || ctx.Err() != nil {
			return errors.New("no queue is polled")
		}
		return nil
	}
	serving, worked := context.WithCancel(context.WithoutCancel(ctx))
	defer worked()
	working, stop := context.WithCancel(ctx)
	defer stop()
	var both errgroup.Group
	both.Go(func() error {
		defer stop()
		return serve(serving, "the worker's address for metrics", c.MetricsAddr, probe.Handler(ready, observed.Handler()), logger)
	})
	both.Go(func() error {
		defer worked()
		return workers.Run(working, config)
	})
	return both.Wait()
}
