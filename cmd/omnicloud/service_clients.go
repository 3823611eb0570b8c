package main

import (
	"log/slog"

	"github.com/omnicloud/omnicloud/internal/metrics"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// options describes the clients of the platform's services; caller is what the services see as
// X-Service-Name.
func (f serviceFlags) options(caller string, logger *slog.Logger) serviceclient.Options {
	return serviceclient.Options{
		ServiceName: caller,
		Logger:      logger,
		URLs: serviceclient.URLs{
			Tenants: f.tenants(), Billing: f.billing(), Compute: f.compute(),
			State: f.state(), Monitor: f.monitor(), Compliance: f.compliance(),
		},
	}
}

// clients opens the clients of a role, whose calls and breakers observed is told of. Whoever asks closes them.
func (f serviceFlags) clients(caller string, observed *metrics.Registry, logger *slog.Logger) (*serviceclient.Clients, error) {
	options := f.options(caller, logger)
	options.Observe = observed.WatchCalls()
	services, err := serviceclient.New(options)
	if err != nil {
		return nil, err
	}
	observed.WatchBreakers(services.Breakers)
	return services, nil
}
