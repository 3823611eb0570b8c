package integration

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
)

// The environment of a worker process. workerVariable marks it as one.
const (
	workerVariable   = "OMNICLOUD_INTEGRATION_WORKER"
	databaseVariable = "OMNICLOUD_INTEGRATION_DATABASE_URL"
	temporalVariable = "OMNICLOUD_INTEGRATION_TEMPORAL"
	servicesVariable = "OMNICLOUD_INTEGRATION_SERVICES"
	keysVariable     = "OMNICLOUD_INTEGRATION_KEYS"
	queuesVariable   = "OMNICLOUD_INTEGRATION_QUEUES"
)

// runWorkerProcess is the main function of a worker process. It runs until it is killed.
func runWorkerProcess() error {
	pool, err := postgres.Open(context.Background(), os.Getenv(databaseVariable))
	if err != nil {
		return err
	}
	defer pool.Close()
	ring, err := payloadcodec.OpenRing(context.Background(), keyfolder.At(os.Getenv(keysVariable)))
	if err != nil {
		return err
	}
	connected, err := temporalclient.Dial(context.Background(), temporalclient.Config{
		Address: os.Getenv(temporalVariable), Namespace: namespace, Codec: payloadcodec.New(ring), Logger: quiet(),
	})
	if err != nil {
		return err
	}
	defer connected.Close()
	return serve(context.Background(), pool, os.Getenv(servicesVariable), os.Getenv(keysVariable), connected,
		strings.Split(os.Getenv(queuesVariable), ","))
}

// startWorkerProcess runs a worker in a process of its own, which dies with the test at the latest.
func (s *stack) startWorkerProcess() *exec.Cmd {
	s.Helper()
	process := exec.Command(os.Args[0])
	process.Env = append(
		os.Environ(), workerVariable+"=1", databaseVariable+"="+s.databaseURL,
		temporalVariable+"="+s.temporal.FrontendHostPort(), servicesVariable+"="+s.services.URL, keysVariable+"="+s.keysDir,
		queuesVariable+"="+strings.Join(s.queues, ","),
	)
	process.Stderr = os.Stderr
	process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(s, process.Start())
	s.Cleanup(func() { kill(s.TB, process) })
	return process
}

// kill ends a process without warning. One that is dead already is left alone.
func kill(t testing.TB, process *exec.Cmd) {
	t.Helper()
	if process.ProcessState != nil {
		return
	}
	require.NoError(t, process.Process.Kill())
	_ = process.Wait() // "signal: killed" is what was asked for
}
