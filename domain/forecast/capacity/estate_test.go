package capacity

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

func TestEstateCheck(t *testing.T) {
	require.NoError(t, Estate{}.Check())
	require.NoError(t, estate.Check())
	for want, refused := range map[string]Estate{
		"there are -1 cores":             {Cores: -1},
		"there are NaN GB of memory":     {MemoryGB: math.NaN()},
		"the workload web's cpu is +Inf": {Workloads: map[string]Workload{"web": {CPU: math.Inf(1)}}},
	} {
		t.Run(want, func(t *testing.T) {
			err := refused.Check()
			require.ErrorContains(t, err, want)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestNeedsEstate(t *testing.T) {
	for text, needs := range map[string]bool{
		`{"new_workload": {"cpu": 1}}`:                              true,
		`{"new_workload": {"memory_gb": 1}}`:                        true,
		`{"remove_workload_id": "xyz"}`:                             true,
		`{"new_workload": {"storage_gb": 1, "request_rate": 1}}`:    false,
		`{"traffic_multiplier": 2}`:                                 false,
		`{"traffic_multiplier": 2, "new_workload": {"cpu": 0.125}}`: true,
	} {
		t.Run(text, func(t *testing.T) { require.Equal(t, needs, parsed(t, text).NeedsEstate()) })
	}
}
