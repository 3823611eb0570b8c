package forecast

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// TestAPanicIsOneSeriesOwn gives a batch to an engine whose workers panic on what they model.
func TestAPanicIsOneSeriesOwn(t *testing.T) {
	broken := &Forecaster{Options{Horizon: -1, Granularity: Hourly, Levels: []float64{0.5}, Workers: 2}}
	outcomes := broken.Batch([]Series{seasonal(), at("short", Hourly, make([]float64, 24))})

	require.True(t, fault.Is(outcomes[0].Err, fault.Internal), "%v", outcomes[0].Err)
	require.ErrorContains(t, outcomes[0].Err, `series "load-8"`)
	require.ErrorContains(t, outcomes[0].Err, "forecaster.go", "the stack says where")
	var short *ShortSeriesError
	require.ErrorAs(t, outcomes[1].Err, &short)
}
