package main

import (
	"context"
	"log/slog"

	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/internal/metrics"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/workers"
)

// temporalConfig describes how this process talks to Temporal, payloads encrypted with the keys of a
// ring.
func temporalConfig(where temporalFlags, ring *payloadcodec.Ring, logger *slog.Logger) temporalclient.Config {
	return temporalclient.Config{
		Address:   where.TemporalAddress,
		Namespace: where.TemporalNamespace,
		Codec:     payloadcodec.New(ring),
		Logger:    workers.ClientLogger(logger),
	}
}

// dialTemporal connects to a Temporal server that must be up. The caller closes the client.
func dialTemporal(ctx context.Context, where temporalFlags, ring *payloadcodec.Ring, logger *slog.Logger) (client.Client, error) {
	return temporalclient.Dial(ctx, temporalConfig(where, ring, logger))
}

// lazyTemporal returns a client that connects on first use, for roles that may start before the
// server does, and measures in observed. The caller closes the client.
func lazyTemporal(where temporalFlags, ring *payloadcodec.Ring, observed *metrics.Registry, logger *slog.Logger) (client.Client, error) {
	config := temporalConfig(where, ring, logger)
	config.Metrics = observed.Temporal()
	return temporalclient.NewLazyClient(config)
}
