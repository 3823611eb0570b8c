package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestFiguresOfCloses(t *testing.T) {
	pool := postgrestest.New(t)
	figures := func() closing.Figures {
		read, err := postgres.NewFigures(pool).Closes(ctx)
		require.NoError(t, err)
		return read
	}
	before := time.Now().Add(-time.Minute)
	north, south := newBook(t, pool, "north"), newBook(t, pool, "south")
	require.Empty(t, figures().Periods, "a period that was never worked on is not counted")
	north.close(t, september)
	north.await(t, october)
	south.open(t, september)
	read := figures()
	require.Equal(t, map[closing.PeriodsOf]int64{
		{Book: "north", State: closing.StateClosed}: 1, {Book: "north", State: closing.StateAwaitingApproval}: 1,
		{Book: "south", State: closing.StateClosing}: 1,
	}, read.Periods)
	require.Len(t, read.Waiting, 1)
	require.Equal(t, deadline(october).UTC(), read.Waiting["north"].Deadline.UTC())
	require.WithinRange(t, read.Waiting["north"].Since, before, time.Now().Add(time.Minute))
	require.Len(t, read.Closed, 1)
	require.WithinRange(t, read.Closed["north"], before, time.Now().Add(time.Minute))
}

func TestFiguresOfTheOutbox(t *testing.T) {
	b := newBench(t)
	for _, key := range []string{"a1", "a2"} {
		require.NoError(t, b.outbox.Notify(ctx, outbox.Message{Topic: outbox.TopicNotification, Key: key, Payload: []byte(`{}`)}))
	}
	backlog := func() map[string]outbox.Backlog {
		read, err := postgres.NewFigures(b.pool).Backlog(ctx)
		require.NoError(t, err)
		return read
	}
	pending, err := b.outbox.Pending(ctx, outbox.TopicNotification, "", 2)
	require.NoError(t, err)
	require.Equal(t, map[string]outbox.Backlog{outbox.TopicNotification: {Messages: 2, Since: pending[0].CreatedAt}}, utc(backlog()))
	require.NoError(t, b.outbox.Delivered(ctx, pending[0].ID))
	require.Equal(t, map[string]outbox.Backlog{outbox.TopicNotification: {Messages: 1, Since: pending[1].CreatedAt}}, utc(backlog()))
	require.NoError(t, b.outbox.Delivered(ctx, pending[1].ID))
	require.Empty(t, backlog())
}

// utc tells instants as they are read elsewhere.
func utc(backlog map[string]outbox.Backlog) map[string]outbox.Backlog {
	for topic, waits := range backlog {
		waits.Since = waits.Since.UTC()
		backlog[topic] = waits
	}
	return backlog
}

func TestFiguresOfForecasts(t *testing.T) {
	pool := postgrestest.New(t)
	read := func() foresight.Figures {
		figures, err := postgres.NewFigures(pool).Forecasts(ctx)
		require.NoError(t, err)
		return figures
	}
	require.Equal(t, foresight.Figures{Alerts: map[string]int64{}}, read())
	watch := postgres.NewCapacityWatch(pool)
	for tenant, severity := range map[string]string{"acme": "critical", "umbra": "critical", "globex": "warning", "hooli": ""} {
		require.NoError(t, watch.Settle(ctx, tenant, func([]foresight.Standing) ([]foresight.Standing, []outbox.Message, error) {
			stands := foresight.Standing{Key: foresight.Key{TenantID: tenant, Metric: forecast.CPUUtilization}, News: 1}
			if severity != "" {
				stands.Alert = &foresight.Alert{Severity: severity, P90: midnight}
			}
			return []foresight.Standing{stands}, nil, nil
		}))
	}
	challenger := foresight.Model{Key: acmeCPU, Granularity: forecast.Hourly}
	for _, night := range []time.Time{midnight.AddDate(0, 0, 1), midnight} {
		require.NoError(t, postgres.NewForecastModels(pool).Decide(ctx, []foresight.Decision{
			{Challenger: challenger, Run: night.String(), DecidedAt: night},
		}))
	}
	figures := read()
	require.Equal(t, map[string]int64{"critical": 2, "warning": 1}, figures.Alerts)
	require.Equal(t, midnight.AddDate(0, 0, 1), figures.Night.UTC())
	for severity := range figures.Alerts {
		require.Contains(t, foresight.AlertSeverities(), severity)
	}
}
