package workers

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	// stopTimeout is how long activities may go on once a worker is asked to stop; the SDK's default
	// of zero would cut them off. What is still running then is taken up again elsewhere.
	stopTimeout = 20 * time.Second
	// concurrentActivities bounds how many steps one worker runs at a time: each uses a core and
	// holds a period's working set.
	concurrentActivities = 4
	// settleAttempts bounds how often the set-up against the Temporal server is tried; together with
	// settlePause it is how long a worker waits for a server that starts beside it.
	settleAttempts = 60
	settlePause    = time.Second
	// scheduleRefresh is how soon a new tenant is scanned by schedule.
	scheduleRefresh = 10 * time.Minute
)

// Config is what a worker process runs with. All fields are required but Notifications and Started.
type Config struct {
	Client    client.Client
	Namespace string
	// Queues names the task queues that the process serves; see ParseQueues.
	Queues     []string
	Activities Activities
	Books      closing.Store
	// Tenants are scanned for drift where the process serves that queue.
	Tenants tenancy.Directory
	// Drift lists what is under way of drift, for the workflows that were lost; nil looks after none.
	Drift UnfinishedDrift
	// Notifications is what the process delivers besides; nil delivers nothing.
	Notifications *Dispatcher
	Logger        *slog.Logger
	// Started is called once every queue is polled.
	Started func()
}

// Run serves the queues until ctx ends, then stops in order: no new work, then running activities,
// then the background loops. It returns an error where the set-up fails or a worker breaks down.
func Run(ctx context.Context, config Config) error {
	if err := prepare(ctx, config); err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop before it began
		}
		return err
	}
	broken := make(chan error, len(config.Queues))
	started, err := startWorkers(config, broken)
	if err != nil {
		return err
	}
	config.Logger.Info("worker is ready", "queues", strings.Join(config.Queues, ","))
	if config.Started != nil {
		config.Started()
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	loops, background := errgroup.WithContext(background)
	recovery := &recovery{client: config.Client, logger: config.Logger}
	if slices.Contains(config.Queues, workflows.QueueAllocation) {
		recovery.periods = config.Books
	}
	if slices.Contains(config.Queues, workflows.QueueDrift) {
		recovery.drift = config.Drift
	}
	loops.Go(func() error {
		select {
		case err := <-broken:
			return err
		case <-background.Done():
			return nil
		}
	})
	loops.Go(func() error { return recovery.run(background) })
	loops.Go(func() error { return config.keepSchedules(background) })
	if config.Notifications != nil {
		loops.Go(func() error { return config.Notifications.Run(background) })
	}
	select {
	case <-ctx.Done():
	case <-background.Done():
	}
	for _, running := range started {
		running.Stop()
	}
	stop()
	return loops.Wait()
}

// prepare makes the server ready: search attributes, then schedules. A server that is not up yet is
// waited for.
func prepare(ctx context.Context, config Config) error {
	var err error
	for range settleAttempts {
		err = temporalclient.EnsureSearchAttributes(ctx, config.Client, config.Namespace, workflows.SearchAttributeNames())
		if fault.Is(err, fault.Forbidden) {
			config.Logger.Warn("search attributes are taken to be there", "error", err)
			err = nil
		}
		if err == nil {
			_, err = ApplySchedules(ctx, config.Client, config.declarations())
		}
		if err == nil || !fault.Is(err, fault.Unavailable) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settlePause):
		}
	}
	return err
}

// declarations are the schedules of the queues that the process serves.
func (c Config) declarations() Declarations {
	declared := Declarations{Books: c.Books, Training: slices.Contains(c.Queues, workflows.QueueForecast)}
	if slices.Contains(c.Queues, workflows.QueueDrift) {
		declared.Tenants = c.Tenants
	}
	return declared
}

// keepSchedules applies the schedules again from time to time: tenants come and go while a worker runs.
func (c Config) keepSchedules(ctx context.Context) error {
	ticker := time.NewTicker(scheduleRefresh)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if _, err := ApplySchedules(ctx, c.Client, c.declarations()); err != nil && ctx.Err() == nil {
			c.Logger.Warn("the schedules could not be brought in line", "error", err)
		}
	}
}

// startWorkers starts a worker per queue that has something registered. One that breaks down later, such as
// when its namespace is removed, says so in broken.
func startWorkers(config Config, broken chan<- error) ([]worker.Worker, error) {
	var started []worker.Worker
	for _, queue := range config.Queues {
		register, known := registrations[queue]
		if !known {
			continue
		}
		running := worker.New(config.Client, queue, worker.Options{
			WorkerStopTimeout:                  stopTimeout,
			MaxConcurrentActivityExecutionSize: concurrentActivities,
			Interceptors:                       []interceptor.WorkerInterceptor{&activityLog{logger: config.Logger}},
			OnFatalError: func(err error) {
				broken <- fault.Wrap(err, fault.Unavailable, "the worker of queue %s broke down", queue)
			},
		})
		register(running, config.Activities)
		if err := running.Start(); err != nil {
			for _, earlier := range started {
				earlier.Stop()
			}
			return nil, fault.Wrap(err, fault.Unavailable, "the worker of queue %s cannot start", queue)
		}
		started = append(started, running)
	}
	return started, nil
}

// ParseQueues reads a list such as "allocation,drift". An unknown or repeated name is an InvalidInput
// error. A queue that this version registers nothing on is accepted and served by no worker.
func ParseQueues(list string) ([]string, error) {
	known := []string{workflows.QueueAllocation, workflows.QueueDrift, workflows.QueueForecast}
	var queues []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(known, name) {
			return nil, fault.New(fault.InvalidInput, "queue %q is none of %s", name, strings.Join(known, ", "))
		}
		if slices.Contains(queues, name) {
			return nil, fault.New(fault.InvalidInput, "queue %s is named twice", name)
		}
		queues = append(queues, name)
	}
	return queues, nil
}
