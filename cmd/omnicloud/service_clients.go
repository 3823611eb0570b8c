package main

import (
	"log/slog"

	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// clients opens the clients of the platform's services; caller is what the services see as
// X-Service-Name. Whoever asks closes them.
func (f serviceFlags) clients(caller string, logger *slog.Logger) (*serviceclient.Clients, error) {
	return serviceclient.New(serviceclient.Options{
		ServiceName: caller,
		Logger:      logger,
		URLs: serviceclient.URLs{
			Tenants: f.tenants(), Billing: f.billing(), Compute: f.compute(),
			State: f.state(), Monitor: f.monitor(), Compliance: f.compliance(),
		},
	})
}
