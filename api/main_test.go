package api_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/workflows"
)

const namespace = "default"

var quiet = slog.New(slog.DiscardHandler)

// sharedTemporal is the development server of the tests that start no workflows, started by the
// first that asks.
var sharedTemporal = sync.OnceValues(func() (*testsuite.DevServer, error) {
	started, err := startTemporal()
	if err == nil {
		stopShared = started.Stop
	}
	return started, err
})

var stopShared = func() error { return nil }

func TestMain(m *testing.M) {
	code := m.Run()
	_ = stopShared()
	os.Exit(code)
}

func startTemporal() (*testsuite.DevServer, error) {
	binary, err := filepath.Abs("../bin/temporal")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	started, err := testsuite.StartDevServer(ctx, testsuite.DevServerOptions{
		ExistingPath: binary, LogLevel: "error", Stdout: io.Discard, Stderr: io.Discard,
		ClientOptions: &client.Options{Namespace: namespace, Logger: log.NewStructuredLogger(quiet)},
	})
	if err != nil {
		return nil, err
	}
	return started, temporalclient.EnsureSearchAttributes(ctx, started.Client(), namespace, workflows.SearchAttributeNames())
}

// ownTemporal gives a test a server of its own: workflow ids and task queues are the same in all.
func ownTemporal(t *testing.T) *testsuite.DevServer {
	t.Helper()
	started, err := startTemporal()
	require.NoError(t, err, "make bin/temporal builds the server")
	t.Cleanup(func() { _ = started.Stop() })
	return started
}

// dialTemporal returns a client with the keys of a folder.
func dialTemporal(t *testing.T, server *testsuite.DevServer, keysFolder string) (client.Client, *payloadcodec.Codec) {
	t.Helper()
	ring, err := payloadcodec.CreateRing(t.Context(), keyfolder.At(keysFolder))
	require.NoError(t, err)
	codec := payloadcodec.New(ring)
	connected, err := temporalclient.Dial(t.Context(), temporalclient.Config{
		Address: server.FrontendHostPort(), Namespace: namespace, Codec: codec, Logger: quiet,
	})
	require.NoError(t, err)
	t.Cleanup(connected.Close)
	return connected, codec
}
