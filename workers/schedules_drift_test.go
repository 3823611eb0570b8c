package workers_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

// tenants is a directory of that many tenants.
type tenants int

func (n tenants) Tenants(context.Context) ([]tenancy.Tenant, error) {
	list := make([]tenancy.Tenant, n)
	for i := range list {
		list[i].ID = fmt.Sprintf("tenant-%03d", i)
	}
	return list, nil
}

func TestDriftSchedulesDeclared(t *testing.T) {
	t.Run("each tenant has its own scan up to the limit", func(t *testing.T) {
		declared, err := workers.Declarations{Tenants: tenants(workers.SweepAbove)}.Schedules(t.Context())
		require.NoError(t, err)
		require.Len(t, declared, workers.SweepAbove)
		for _, schedule := range declared {
			assert.Equal(t, workflows.TypeDriftScan, schedule.Kind)
			assert.Equal(t, workflows.ScanScheduleID(schedule.TenantID), schedule.ID)
		}
	})
	t.Run("one tenant more makes one sweep of all", func(t *testing.T) {
		declared, err := workers.Declarations{Tenants: tenants(workers.SweepAbove + 1)}.Schedules(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []workers.Schedule{{ID: workflows.SweepScheduleID, Kind: workflows.TypeDriftScan}}, declared)
	})
}

func TestDriftSchedulesApplied(t *testing.T) {
	connected := dial(t)
	declarations := workers.Declarations{Tenants: tenants(3)}
	_, err := workers.ApplySchedules(t.Context(), connected, declarations)
	require.NoError(t, err)
	offsets := map[time.Duration]bool{}
	for i := range 3 {
		description, err := connected.ScheduleClient().GetHandle(t.Context(), workflows.ScanScheduleID(fmt.Sprintf("tenant-%03d", i))).Describe(t.Context())
		require.NoError(t, err)
		spec := description.Schedule.Spec
		require.Len(t, spec.Intervals, 1)
		assert.Equal(t, time.Hour, spec.Intervals[0].Every)
		assert.Equal(t, 5*time.Minute, spec.Jitter)
		offsets[spec.Intervals[0].Offset] = true
	}
	assert.Len(t, offsets, 3, "tenants start at times of their own")
}

func TestDriftSchedulesGiveWayToASweep(t *testing.T) {
	connected := dial(t)
	_, err := workers.ApplySchedules(t.Context(), connected, workers.Declarations{Tenants: tenants(2)})
	require.NoError(t, err)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		// The server's list of schedules follows its schedules a moment later.
		diff, err := workers.DiffSchedules(t.Context(), connected, workers.Declarations{Tenants: tenants(workers.SweepAbove + 1)})
		require.NoError(c, err)
		changes := map[string]string{}
		for _, change := range diff {
			changes[change.ID] = change.Change
		}
		assert.Equal(c, workers.ScheduleCreate, changes[workflows.SweepScheduleID])
		assert.Equal(c, workers.ScheduleDelete, changes[workflows.ScanScheduleID("tenant-000")])
		assert.Equal(c, workers.ScheduleDelete, changes[workflows.ScanScheduleID("tenant-001")])
	}, 20*time.Second, 100*time.Millisecond)
}
