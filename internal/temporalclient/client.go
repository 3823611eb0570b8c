// Package temporalclient opens connections to the Temporal server. Every part of the program that
// talks to Temporal does so through here, so that no payload leaves unencrypted and no correlation
// id gets lost.
package temporalclient

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// dialTimeout bounds the first contact with the server; the SDK's own default is 5 s for one try.
const dialTimeout = 10 * time.Second

// Codec encrypts what is sent to the server; internal/payloadcodec has one.
type Codec interface {
	DataConverter() converter.DataConverter
	FailureConverter() converter.FailureConverter
}

// Config says where the server is and how to talk to it. Address, Namespace, Codec and Logger are required.
type Config struct {
	// Address is the frontend's host:port.
	Address   string
	Namespace string
	// TLS protects the connection; nil talks in plain unless there is an APIKey.
	TLS *tls.Config
	// APIKey lets in, as at Temporal Cloud; empty where certificates or nothing do.
	APIKey       string
	Codec        Codec
	Logger       *slog.Logger
	Interceptors []interceptor.ClientInterceptor
	// Metrics takes what the SDK measures; nil measures nothing.
	Metrics client.MetricsHandler
}

// Options returns client options with encryption, correlation and logging in place.
func (c Config) Options() client.Options {
	converted := c.Codec.DataConverter()
	options := client.Options{
		HostPort:           c.Address,
		Namespace:          c.Namespace,
		Logger:             log.NewStructuredLogger(c.Logger),
		DataConverter:      converted,
		FailureConverter:   c.Codec.FailureConverter(),
		ContextPropagators: []workflow.ContextPropagator{propagator{converted}},
		Interceptors:       c.Interceptors,
		MetricsHandler:     c.Metrics,
		ConnectionOptions:  client.ConnectionOptions{TLS: c.TLS},
	}
	if c.APIKey != "" {
		options.Credentials = client.NewAPIKeyStaticCredentials(c.APIKey)
	}
	return options
}

// Dial connects to the server. A server that does not answer is an Unavailable error. The caller
// closes the client.
func Dial(ctx context.Context, config Config) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	connected, err := client.DialContext(ctx, config.Options())
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "the Temporal server at %s does not let in or does not answer; start it, or look at the --temporal flags", config.Address)
	}
	return connected, nil
}

// NewLazyClient returns a client that connects on first use, for processes that must start before
// the server does.
func NewLazyClient(config Config) (client.Client, error) {
	lazy, err := client.NewLazyClient(config.Options())
	if err != nil {
		return nil, fmt.Errorf("temporal client for %s: %w", config.Address, err)
	}
	return lazy, nil
}
