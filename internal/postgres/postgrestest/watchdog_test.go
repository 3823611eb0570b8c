package postgrestest_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// childVariable makes this test binary the process that is killed.
const childVariable = "OMNICLOUD_POSTGRESTEST_CHILD"

func TestClusterOfKilledProcess(t *testing.T) {
	if os.Getenv("OMNICLOUD_TEST_DATABASE_URL") != "" {
		t.Skip("the server belongs to somebody else")
	}
	if os.Getenv(childVariable) != "" {
		fmt.Println("url " + postgrestest.URL(t))
		_, err := io.Copy(io.Discard, os.Stdin)
		t.Fatalf("the parent ended first: %v", err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestClusterOfKilledProcess$")
	child.Env = append(os.Environ(), childVariable+"=1")
	input, err := child.StdinPipe()
	require.NoError(t, err)
	defer func() { _ = input.Close() }() // Nothing is ever written.
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	database := firstURL(t, bufio.NewScanner(output))
	connection, err := pgx.Connect(context.Background(), database.String())
	require.NoError(t, err, "the cluster runs while its process does")
	require.NoError(t, connection.Close(context.Background()))

	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	folder := database.Query().Get("host")
	require.Eventually(t, func() bool {
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	}, 10*time.Second, 10*time.Millisecond, "the watchdog ends the server and removes %s", folder)
	_, err = pgx.Connect(context.Background(), database.String())
	require.Error(t, err)
}

func firstURL(t *testing.T, lines *bufio.Scanner) *url.URL {
	t.Helper()
	for lines.Scan() {
		if text, found := strings.CutPrefix(lines.Text(), "url "); found {
			address, err := url.Parse(text)
			require.NoError(t, err)
			return address
		}
	}
	t.Fatalf("the child printed no URL: %v", lines.Err())
	return nil
}
