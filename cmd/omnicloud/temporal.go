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
func temporalConfig(where temporalFlags, ring *payloadcodec.Ring, logger *slog.Logger) (temporalclient.Config, error) {
	protected, err := where.tls()
	return temporalclient.Config{
		Address:   where.TemporalAddress,
		Namespace: where.TemporalNamespace,
		TLS:       protected,
		APIKey:    where.TemporalAPIKey,
		Codec:     payloadcodec.New(ring),
		Logger:    workers.ClientLogger(logger),
	}, err
}

// dialTemporal connects to a Temporal server that must be up. The caller closes the client.
func dialTemporal(ctx context.Context, where temporalFlags, ring *payloadcodec.Ring, logger *slog.Logger) (client.Client, error) {
	config, err := temporalConfig(where, ring, logger)
	if err != nil {
		return nil, err
	}
	return temporalclient.Dial(ctx, config)
}

// lazyTemporal returns a client that connects on first use, for roles that may start before the
// server does, and measures in observed. The caller closes the client.
func lazyTemporal(where temporalFlags, ring *payloadcodec.Ring, observed *metrics.Registry, logger *slog.Logger) (client.Client, error) {
	config, err := temporalConfig(where, ring, logger)
	if err != nil {
		return nil, err
	}
	config.Metrics = observed.Temporal()
	return temporalclient.NewLazyClient(config)
}
