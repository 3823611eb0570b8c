package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

// temporal connects to the stack's Temporal; the caller closes the client.
func (s *stack) temporal() (client.Client, error) {
	return client.Dial(client.Options{HostPort: s.Endpoints.Temporal, Logger: quiet{}})
}

// awaitWorkflow waits until a workflow has completed.
func (s *stack) awaitWorkflow(ctx context.Context, workflowID string) error {
	connected, err := s.temporal()
	if err != nil {
		return err
	}
	defer connected.Close()
	return connected.GetWorkflow(ctx, workflowID, "").Get(ctx, nil)
}

// printHistory prints the seconds inside each kind of activity and the share of the whole that is not.
func (s *stack) printHistory(ctx context.Context, workflowID string, whole time.Duration) error {
	connected, err := s.temporal()
	if err != nil {
		return err
	}
	defer connected.Close()
	names, starts, events := map[int64]string{}, map[int64]time.Time{}, 0
	var order []string
	took := map[string]time.Duration{}
	history := connected.GetWorkflowHistory(ctx, workflowID, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return err
		}
		events++
		if scheduled := event.GetActivityTaskScheduledEventAttributes(); scheduled != nil {
			names[event.EventId] = scheduled.GetActivityType().GetName()
		}
		if started := event.GetActivityTaskStartedEventAttributes(); started != nil {
			starts[started.GetScheduledEventId()] = event.GetEventTime().AsTime()
		}
		if completed := event.GetActivityTaskCompletedEventAttributes(); completed != nil {
			name := names[completed.GetScheduledEventId()]
			if !slices.Contains(order, name) {
				order = append(order, name)
			}
			took[name] += event.GetEventTime().AsTime().Sub(starts[completed.GetScheduledEventId()])
		}
	}
	var inside time.Duration
	for _, name := range order {
		inside += took[name]
		fmt.Printf("  %-22s %8.1f s\n", name, took[name].Seconds())
	}
	fmt.Printf("%-24s %8d events; %.1f %% of the time was spent outside activities\n", "history", events, 100*(whole-inside).Seconds()/whole.Seconds())
	return nil
}

// quiet keeps the client's own lines out of the figures.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
