package workers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/workers"
)

func TestParseQueues(t *testing.T) {
	t.Run("reads names in their order", func(t *testing.T) {
		queues, err := workers.ParseQueues("drift, allocation")
		require.NoError(t, err)
		require.Equal(t, []string{"drift", "allocation"}, queues)
	})
	for _, list := range []string{"", "allocation,", "laundry", "drift,drift"} {
		t.Run("refuses "+list, func(t *testing.T) {
			_, err := workers.ParseQueues(list)
			require.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
}
