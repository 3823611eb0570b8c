package serviceclient_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

func TestPlacement(t *testing.T) {
	t.Run("what has room, and where", func(t *testing.T) {
		var query string
		compute := serve(t, func(w http.ResponseWriter, r *http.Request) {
			query = r.URL.RawQuery
			answer(http.StatusOK, `{"resource_type":"storage","placed":"0.5","spots":[{"pool":"eu-1a","amount":"0.5"}]}`)(w, r)
		}).Compute
		placement, err := compute.Place(t.Context(), "acme", "storage", 0.75)
		require.NoError(t, err)
		require.Equal(t, capacity.Placement{Placed: 0.5, Spots: []capacity.Spot{{Pool: "eu-1a", Amount: 0.5}}}, placement)
		require.Equal(t, "amount=0.75&resource_type=storage&tenant_id=acme", query)
	})
	for name, test := range map[string]struct {
		status int
		body   string
		code   fault.Code
	}{
		"an answer without an amount":      {http.StatusOK, `{"spots":[]}`, fault.Upstream},
		"more placed than was asked for":   {http.StatusOK, `{"placed":"2","spots":[]}`, fault.Upstream},
		"a part in a pool without a name":  {http.StatusOK, `{"placed":"1","spots":[{"amount":"1"}]}`, fault.Upstream},
		"a part of an unknown amount":      {http.StatusOK, `{"placed":"1","spots":[{"pool":"a"}]}`, fault.Upstream},
		"no document":                      {http.StatusOK, `<html>`, fault.Unavailable},
		"a resource that is not placed":    {http.StatusNotFound, ``, fault.NotFound},
		"a scheduler that does not answer": {http.StatusServiceUnavailable, ``, fault.Unavailable},
	} {
		t.Run(name+" is "+string(test.code), func(t *testing.T) {
			_, err := serve(t, answer(test.status, test.body)).Compute.Place(t.Context(), "acme", "storage", 1)
			require.Equal(t, test.code, fault.CodeOf(err), "%v", err)
		})
	}
}

func TestRecommend(t *testing.T) {
	var key, path string
	compute := serve(t, func(w http.ResponseWriter, r *http.Request) {
		key, path = r.Header.Get("Idempotency-Key"), r.Method+" "+r.URL.Path
		answer(http.StatusCreated, `{"id":1}`)(w, r)
	}).Compute
	require.NoError(t, compute.Recommend(t.Context(), "key-1", foresight.Handover{}))
	require.Equal(t, "key-1", key)
	require.Equal(t, "POST /compute/v1/capacity-recommendations", path)
}
