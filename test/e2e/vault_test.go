package e2e

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/vault/vaulttest"
)

// separate are roles that run apart, each a process of its own, with the settings that they share.
type separate struct {
	stack
	environment []string
}

// run runs a command to its end and returns what it printed.
func (s *separate) run(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Env = append(os.Environ(), s.environment...)
	printed, err := command.CombinedOutput()
	require.NoError(t, err, "%s", printed)
	return strings.TrimSpace(string(printed))
}

// serve starts a role and returns what it logs.
func (s *separate) serve(t *testing.T, arguments ...string) *output {
	t.Helper()
	command := exec.Command(binary, arguments...)
	command.Env = append(os.Environ(), s.environment...)
	logged := &output{}
	command.Stdout, command.Stderr = logged, logged
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
		if t.Failed() {
			t.Logf("%s: %s", arguments[0], logged)
		}
	})
	return logged
}

// address waits until a role logs where it serves.
func address(t *testing.T, logged *output) string {
	t.Helper()
	ready := regexp.MustCompile(`ready" address=(\S+)`)
	var found []string
	require.Eventually(t, func() bool {
		found = ready.FindStringSubmatch(logged.String())
		return found != nil
	}, readyWithin, pace, "the role is not ready: %s", logged)
	return found[1]
}

// TestVault closes a month with roles that have their keys from Vault alone, and that Vault leaves alone
// on the way.
func TestVault(t *testing.T) {
	server := vaulttest.Start(t)
	temporal := startTemporal(t)
	database := postgrestest.URL(t)
	nowhere := filepath.Join(t.TempDir(), "keys")
	s := &separate{environment: []string{
		"OMNICLOUD_DATABASE_URL=" + database, "OMNICLOUD_TEMPORAL_ADDRESS=" + temporal, "OMNICLOUD_KEYS_DIR=" + nowhere,
		"OMNICLOUD_VAULT_ADDR=" + server.Address, "VAULT_TOKEN=" + server.Token(vaulttest.DocumentedPolicy(t, "keys"), time.Hour),
	}}
	s.run(t, "keys", "init")
	role, secret := server.AppRole(vaulttest.DocumentedPolicy(t, "roles"), time.Hour, time.Hour)
	s.environment = append(s.environment, "VAULT_TOKEN=", "OMNICLOUD_VAULT_AUTH=approle", "OMNICLOUD_VAULT_ROLE="+role, "OMNICLOUD_VAULT_CREDENTIAL_FILE="+secret)
	s.run(t, "book", "apply", filepath.Join(repository, "deploy", "book.yaml"))
	s.environment = append(s.environment, "OMNICLOUD_SERVICES_URL="+address(t, s.serve(t, "sandbox", "--sandbox-addr", "127.0.0.1:0")))
	worker := s.serve(t, "worker", "--queues", "allocation")
	api := s.serve(t, "api", "--api-addr", "127.0.0.1:0")
	s.Endpoints.API, s.Endpoints.DatabaseURL = address(t, api), database
	s.Tokens = map[string]string{}
	for name, role := range map[string]string{"operator": "operator", "finance_approver": "finance_approver", "auditor": "auditor", "author": "operator"} {
		s.Tokens[name] = s.run(t, "token", "mint", "--subject", name, "--role", role)
	}
	s.insist(t, http.StatusCreated, request{as: "author", method: http.MethodPost, path: "/v1/allocation-rules", key: "rules", body: string(sample.Rules), kind: "application/yaml"})

	s.startClose(t, firstMonth)
	awaiting := s.await(t, firstMonth, "awaiting_approval")
	// From here on the keys are those that the roles have in memory.
	server.Seal()
	s.approve(t, firstMonth, awaiting.ResultHash)
	s.await(t, firstMonth, "closed")

	t.Run("no key came from a file or became one", func(t *testing.T) {
		assert.NoDirExists(t, nowhere)
		for _, logged := range []*output{worker, api} {
			assert.Contains(t, logged.String(), "keys come from Vault")
		}
	})
	t.Run("a role that starts while Vault is sealed says so and ends", func(t *testing.T) {
		command := exec.Command(binary, "api", "--api-addr", "127.0.0.1:0")
		command.Env = append(os.Environ(), s.environment...)
		refused(t, command, "Vault at "+server.Address+" is sealed; unseal it")
	})
}

// startTemporal starts a real development server and returns its address.
func startTemporal(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	server, err := testsuite.StartDevServer(ctx, testsuite.DevServerOptions{
		ExistingPath: filepath.Join(repository, "bin", "temporal"), LogLevel: "error", ClientOptions: &client.Options{Namespace: "default"},
	})
	require.NoError(t, err, "make bin/temporal builds the Temporal server")
	t.Cleanup(func() { _ = server.Stop() })
	return server.FrontendHostPort()
}
