// Package integration closes periods over the real parts: Temporal server, PostgreSQL, HTTP services
// that misbehave, and workers that are killed.
package integration

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
)

const namespace = "default"

// update records histories for the replay test of package workflows anew.
var update = flag.Bool("update", false, "record workflow histories into workflows/testdata/replay")

func TestMain(m *testing.M) {
	// A test that kills a worker runs this program a second time, as the worker.
	if os.Getenv(workerVariable) != "" {
		if err := runWorkerProcess(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// startTemporal starts a real development server for one test: workers of tests that shared one
// would take each other's tasks.
func startTemporal(t testing.TB) *testsuite.DevServer {
	t.Helper()
	binary, err := filepath.Abs("../../bin/temporal")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := testsuite.StartDevServer(ctx, testsuite.DevServerOptions{
		ExistingPath:  binary,
		LogLevel:      "error",
		ClientOptions: &client.Options{Namespace: namespace},
	})
	require.NoError(t, err, "make bin/temporal builds the Temporal server")
	t.Cleanup(func() { _ = server.Stop() })
	return server
}
