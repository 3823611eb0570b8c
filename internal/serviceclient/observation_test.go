package serviceclient_test

import (
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

func TestCallsAreObserved(t *testing.T) {
	type call struct {
		service string
		status  int
		took    time.Duration
	}
	synctest.Test(t, func(t *testing.T) {
		var seen []call
		answers := []func() (*http.Response, error){
			func() (*http.Response, error) { return canned(http.StatusOK, noCharges), nil },
			func() (*http.Response, error) { return canned(http.StatusBadGateway, ""), nil },
			func() (*http.Response, error) { return nil, errors.New("refused") },
		}
		clients := connect(t, "http://platform.example", func(o *serviceclient.Options) {
			o.Breaker.Failures = 2
			o.Observe = func(service string, status int, took time.Duration) { seen = append(seen, call{service, status, took}) }
			o.Network = network(func(*http.Request) (*http.Response, error) {
				pass(time.Second)
				next := answers[0]
				answers = answers[1:]
				return next()
			})
		})
		for range len(answers) + 1 {
			_, _ = clients.Billing.Charges(t.Context(), september, "")
		}
		require.Equal(t, []call{{"billing", 200, time.Second}, {"billing", 502, time.Second}, {"billing", 0, time.Second}}, seen,
			"the last call was refused by the breaker and not made")
	})
}

func TestStatesOfBreakers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		require.Equal(t, map[string]string{
			"tenants": "closed", "billing": "closed", "compute": "closed", "state": "closed", "monitor": "closed", "compliance": "closed",
		}, p.Breakers())
		p.open(t)
		require.Equal(t, "open", p.Breakers()["billing"])
		require.Equal(t, "closed", p.Breakers()["compute"], "each service has one of its own")
		pass(11 * time.Second)
		require.Equal(t, "half-open", p.Breakers()["billing"])
	})
}
