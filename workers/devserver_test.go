package workers_test

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

	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
)

const namespace = "default"

var (
	serverOnce sync.Once
	server     *testsuite.DevServer
	errServer  error
)

// TestMain stops the Temporal server that the tests share.
func TestMain(m *testing.M) {
	code := m.Run()
	if server != nil {
		_ = server.Stop()
	}
	os.Exit(code)
}

// dial returns a client, with a key ring of its own, on a real development server.
func dial(t *testing.T) client.Client {
	t.Helper()
	serverOnce.Do(func() {
		binary, err := filepath.Abs("../bin/temporal")
		if err != nil {
			errServer = err
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		server, errServer = testsuite.StartDevServer(ctx, testsuite.DevServerOptions{
			ExistingPath:  binary,
			LogLevel:      "error",
			ClientOptions: &client.Options{Namespace: namespace},
		})
	})
	require.NoError(t, errServer, "make bin/temporal builds the server")
	connected, err := temporalclient.Dial(context.Background(), temporalclient.Config{
		Address: server.FrontendHostPort(), Namespace: namespace, Codec: newCodec(t), Logger: quiet(),
	})
	require.NoError(t, err)
	t.Cleanup(connected.Close)
	return connected
}

func newCodec(t *testing.T) *payloadcodec.Codec {
	t.Helper()
	ring, err := payloadcodec.CreateRing(t.Context(), keyfolder.At(t.TempDir()))
	require.NoError(t, err)
	return payloadcodec.New(ring)
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
