package serviceclient_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

func TestEstate(t *testing.T) {
	t.Run("what a tenant runs on, and its workloads by id", func(t *testing.T) {
		var asked string
		compute := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.String()
			answer(http.StatusOK, `{"tenant_id":"acme","cores":512,"memory_gb":2048,"workloads":[`+
				`{"workload_id":"web","cpu":12.5,"memory_gb":40,"storage_gb":7,"network_mbps":3,"instances":2,"request_rate":90},{"workload_id":"idle"}]}`)(w, r)
		}).Compute
		estate, err := compute.Estate(t.Context(), "acme")
		require.NoError(t, err)
		require.Equal(t, "/compute/v1/estate?tenant_id=acme", asked)
		require.Equal(t, capacity.Estate{Cores: 512, MemoryGB: 2048, Workloads: map[string]capacity.Workload{
			"web":  {CPU: 12.5, MemoryGB: 40, StorageGB: 7, NetworkMbps: 3, Instances: 2, RequestRate: 90},
			"idle": {},
		}}, estate)
	})
	t.Run("a tenant that has nothing has an estate of nothing", func(t *testing.T) {
		estate, err := serve(t, answer(http.StatusOK, `{"tenant_id":"acme","cores":0,"memory_gb":0,"workloads":[]}`)).Compute.Estate(t.Context(), "acme")
		require.NoError(t, err)
		require.Empty(t, estate.Workloads)
	})
	for name, test := range map[string]struct {
		status int
		body   string
		code   fault.Code
	}{
		"another tenant's estate":         {http.StatusOK, `{"tenant_id":"globex","cores":1,"memory_gb":1,"workloads":[]}`, fault.Upstream},
		"an estate without cores":         {http.StatusOK, `{"tenant_id":"acme","memory_gb":1,"workloads":[]}`, fault.Upstream},
		"an estate without memory":        {http.StatusOK, `{"tenant_id":"acme","cores":1,"workloads":[]}`, fault.Upstream},
		"fewer than no cores":             {http.StatusOK, `{"tenant_id":"acme","cores":-1,"memory_gb":1,"workloads":[]}`, fault.Upstream},
		"a workload without an id":        {http.StatusOK, `{"tenant_id":"acme","cores":1,"memory_gb":1,"workloads":[{"cpu":1}]}`, fault.Upstream},
		"a workload that is listed twice": {http.StatusOK, `{"tenant_id":"acme","cores":1,"memory_gb":1,"workloads":[{"workload_id":"a"},{"workload_id":"a"}]}`, fault.Upstream},
		"a workload of less than nothing": {http.StatusOK, `{"tenant_id":"acme","cores":1,"memory_gb":1,"workloads":[{"workload_id":"a","cpu":-1}]}`, fault.Upstream},
		"no document":                     {http.StatusOK, `<html>`, fault.Unavailable},
		"a tenant that is not known":      {http.StatusNotFound, ``, fault.NotFound},
		"a service that does not answer":  {http.StatusServiceUnavailable, ``, fault.Unavailable},
	} {
		t.Run(name+" is "+string(test.code), func(t *testing.T) {
			_, err := serve(t, answer(test.status, test.body)).Compute.Estate(t.Context(), "acme")
			require.Equal(t, test.code, fault.CodeOf(err), "%v", err)
		})
	}
}
