package api_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/workflows"
)

const namespace = "default"

var quiet = slog.New(slog.DiscardHandler)

// temporalServer is the development server that all tests share, started by the first that asks.
var temporalServer = sync.OnceValues(func() (*testsuite.DevServer, error) {
	binary, err := filepath.Abs("../bin/temporal")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	started, err := testsuite.StartDevServer(ctx, testsuite.DevServerOptions{
		ExistingPath: binary, LogLevel: "error", ClientOptions: &client.Options{Namespace: namespace, Logger: nil},
	})
	if err != nil {
		return nil, err
	}
	stopTemporal = started.Stop
	return started, temporalclient.EnsureSearchAttributes(ctx, started.Client(), namespace, workflows.SearchAttributeNames())
})

var stopTemporal = func() error { return nil }

func TestMain(m *testing.M) {
	code := m.Run()
	_ = stopTemporal()
	os.Exit(code)
}

// dialTemporal returns a client with the keys of a folder on the shared server.
func dialTemporal(t *testing.T, keysFolder string) (client.Client, *payloadcodec.Codec) {
	t.Helper()
	server, err := temporalServer()
	require.NoError(t, err, "make bin/temporal builds the server")
	ring, err := payloadcodec.OpenFileRing(keysFolder)
	require.NoError(t, err)
	codec := payloadcodec.New(ring)
	connected, err := temporalclient.Dial(t.Context(), temporalclient.Config{
		Address: server.FrontendHostPort(), Namespace: namespace, Codec: codec, Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(connected.Close)
	return connected, codec
}
