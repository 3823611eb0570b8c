// Package prometheustest runs a real Prometheus for tests, filled with a given history.
package prometheustest

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/tlsfile/tlsfiletest"
)

// User and Password are those of a server that wants basic authentication.
const (
	User     = "reader"
	Password = "secret"
	// passwordHash is bcrypt's of the password.
	passwordHash = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"
)

// Options are what a server is made of.
type Options struct {
	// OpenMetrics is the history: samples in the OpenMetrics text format, without the closing EOF.
	OpenMetrics string
	// Config is the text of prometheus.yml, such as what to scrape; empty scrapes nothing.
	Config string
	// Authenticated wants User and Password.
	Authenticated bool
	// Certificates, unless nil, has the server speak TLS with clients that show theirs alone.
	Certificates *tlsfiletest.Certificates
	// Retention is how long samples are kept before the newest, such as 15d; for good where it is empty.
	Retention string
	// Flags are added to the command line.
	Flags []string
}

// Start runs a server until the test ends and returns its address.
func Start(t *testing.T, o Options) string {
	t.Helper()
	folder := t.TempDir()
	data := filepath.Join(folder, "data")
	history, config, web := filepath.Join(folder, "history.txt"), filepath.Join(folder, "prometheus.yml"), filepath.Join(folder, "web.yml")
	require.NoError(t, os.WriteFile(history, []byte(o.OpenMetrics+"# EOF\n"), 0o600))
	require.NoError(t, os.WriteFile(config, []byte(o.Config), 0o600))
	run(t, "promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", history, data)

	address := freeAddress(t)
	arguments := append([]string{
		"--config.file=" + config, "--storage.tsdb.path=" + data, "--storage.tsdb.retention.time=" + cmp.Or(o.Retention, "100y"),
		"--web.listen-address=" + address, "--log.level=error",
	}, o.Flags...)
	access, scheme, probe := "", "http://", &http.Client{}
	if o.Authenticated {
		access += "basic_auth_users:\n  " + User + ": " + passwordHash + "\n"
	}
	if o.Certificates != nil {
		scheme = "https://"
		access += "tls_server_config:\n  client_auth_type: RequireAndVerifyClientCert\n" +
			"  cert_file: " + o.Certificates.ServerCert + "\n  key_file: " + o.Certificates.ServerKey +
			"\n  client_ca_file: " + o.Certificates.Authority + "\n"
		known, err := o.Certificates.Client().Config("Prometheus")
		require.NoError(t, err)
		probe.Transport = &http.Transport{TLSClientConfig: known}
	}
	require.NoError(t, os.WriteFile(web, []byte(access), 0o600))
	arguments = append(arguments, "--web.config.file="+web)
	var output bytes.Buffer
	server := exec.CommandContext(context.WithoutCancel(t.Context()), program(t, "prometheus"), arguments...)
	server.Stdout, server.Stderr = &output, &output
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("Prometheus said:\n%s", output.String())
		}
	})
	require.Eventually(t, func() bool { return ready(t.Context(), probe, scheme+address) }, 30*time.Second, 50*time.Millisecond, "Prometheus does not become ready")
	return scheme + address
}

// program finds one of Prometheus' programs.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	require.NoError(t, err, "%s is not installed; deploy/tools/ensure-prometheus installs it", name)
	return path
}

func run(t *testing.T, name string, arguments ...string) {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), program(t, name), arguments...).CombinedOutput()
	require.NoError(t, err, "%s", output)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	return address
}

func ready(ctx context.Context, probe *http.Client, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/-/ready", nil)
	if err != nil {
		return false
	}
	request.SetBasicAuth(User, Password)
	response, err := probe.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// Sample is one value of a series.
type Sample struct {
	At    time.Time
	Value float64
}

// Gauge writes series of one gauge in the OpenMetrics text format; the keys are label sets such as
// {namespace="shop"}.
func Gauge(name string, keys []string, samples func(key string) []Sample) string {
	var text strings.Builder
	fmt.Fprintf(&text, "# TYPE %s gauge\n", name)
	for _, key := range keys {
		for _, s := range samples(key) {
			fmt.Fprintf(&text, "%s%s %g %d\n", name, key, s.Value, s.At.Unix())
		}
	}
	return text.String()
}
