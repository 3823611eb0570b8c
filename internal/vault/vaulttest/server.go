// Package vaulttest runs a real Vault for tests.
package vaulttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/vault/api"
	"github.com/stretchr/testify/require"
)

// Mount is where a started server has a key/value store of version 2.
const Mount = "secret"

// Server is an unsealed server with a key/value store, AppRole, and at auth/kubernetes a method that takes
// JSON Web Tokens as Kubernetes' own does.
type Server struct {
	testing.TB
	// Address is its URL, Root a client that may do everything.
	Address string
	Root    *api.Client

	folder, unsealKey string
}

// Start runs a server, whose data is in its memory, until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, "http", "tls_disable = true", "")
}

// StartTLS runs a server with a certificate that the PEM file of an authority vouches for.
func StartTLS(t testing.TB, certificate, key, authority string) *Server {
	t.Helper()
	return start(t, "https", fmt.Sprintf("tls_cert_file = %q\n  tls_key_file = %q", certificate, key), authority)
}

func start(t testing.TB, scheme, listener, authority string) *Server {
	t.Helper()
	address := freeAddress(t)
	s := &Server{TB: t, Address: scheme + "://" + address, folder: t.TempDir()}
	configuration := fmt.Sprintf("disable_mlock = true\napi_addr = %q\nstorage \"inmem\" {}\nlistener \"tcp\" {\n  address = %q\n  %s\n}\n",
		s.Address, address, listener)
	require.NoError(t, os.WriteFile(s.configuration(), []byte(configuration), 0o600))
	config := api.DefaultConfig()
	require.NoError(t, config.Error)
	config.Address = s.Address
	require.NoError(t, config.ConfigureTLS(&api.TLSConfig{CACert: authority}))
	root, err := api.NewClient(config)
	require.NoError(t, err)
	s.Root = root
	s.run()
	s.initialize()
	return s
}

// run starts the process, which serves sealed.
func (s *Server) run() {
	s.Helper()
	var output bytes.Buffer
	process := exec.CommandContext(context.Background(), program(s.TB), "server", "-config="+s.configuration())
	process.Stdout, process.Stderr = &output, &output
	require.NoError(s, process.Start())
	ended := make(chan struct{})
	go func() {
		_ = process.Wait() // "signal: killed" is how it ends
		close(ended)
	}()
	s.Cleanup(func() {
		_ = process.Process.Kill()
		<-ended
		if s.Failed() {
			s.Logf("Vault said:\n%s", output.String())
		}
	})
	answers := false
	require.Eventually(s, func() bool {
		select {
		case <-ended:
			return true
		default:
		}
		_, err := s.Root.Sys().SealStatus()
		answers = err == nil
		return answers
	}, 60*time.Second, 50*time.Millisecond, "Vault does not answer")
	require.True(s, answers, "Vault ended at once")
}

// initialize makes the key that unseals and the methods that tests use.
func (s *Server) initialize() {
	s.Helper()
	made, err := s.Root.Sys().Init(&api.InitRequest{SecretShares: 1, SecretThreshold: 1})
	require.NoError(s, err)
	s.unsealKey = made.Keys[0]
	s.Root.SetToken(made.RootToken)
	s.Unseal()
	require.NoError(s, s.Root.Sys().Mount(Mount, &api.MountInput{Type: "kv", Options: map[string]string{"version": "2"}}))
	require.NoError(s, s.Root.Sys().EnableAuthWithOptions("approle", &api.EnableAuthOptions{Type: "approle"}))
	require.NoError(s, s.Root.Sys().EnableAuthWithOptions("kubernetes", &api.EnableAuthOptions{Type: "jwt"}))
	s.audit()
	// A store of version 2 refuses requests for an instant after it was mounted.
	require.Eventually(s, func() bool {
		_, err := s.Root.KVv2(Mount).Put(context.Background(), "probe", map[string]any{"value": "x"})
		return err == nil
	}, 30*time.Second, 20*time.Millisecond, "the key/value store does not become ready")
}

// Seal makes the server refuse every request until Unseal.
func (s *Server) Seal() {
	s.Helper()
	require.NoError(s, s.Root.Sys().Seal())
}

// Unseal lets the server serve.
func (s *Server) Unseal() {
	s.Helper()
	_, err := s.Root.Sys().Unseal(s.unsealKey)
	require.NoError(s, err)
	require.Eventually(s, func() bool {
		health, err := s.Root.Sys().Health()
		return err == nil && !health.Sealed && !health.Standby
	}, 30*time.Second, 20*time.Millisecond, "Vault does not become active")
}

// Token makes a token with a policy, given in HCL, that holds for as long as is said.
func (s *Server) Token(policy string, lifetime time.Duration) string {
	s.Helper()
	name := s.Policy(policy)
	made, err := s.Root.Auth().Token().Create(&api.TokenCreateRequest{Policies: []string{name}, TTL: lifetime.String(), ExplicitMaxTTL: lifetime.String()})
	require.NoError(s, err)
	return made.Auth.ClientToken
}

// Policy stores a policy and returns its name.
func (s *Server) Policy(hcl string) string {
	s.Helper()
	name := fmt.Sprintf("policy-%d", rand.Uint64())
	require.NoError(s, s.Root.Sys().PutPolicy(name, hcl))
	return name
}

// AppRole makes a role with a policy, whose tokens hold for as long as is said, and returns its role id
// and the file of a secret id.
func (s *Server) AppRole(policy string, lifetime, longest time.Duration) (roleID, secretFile string) {
	s.Helper()
	role := fmt.Sprintf("auth/approle/role/role-%d", rand.Uint64())
	s.Write(role, map[string]any{"token_policies": s.Policy(policy), "token_ttl": lifetime.String(), "token_max_ttl": longest.String()})
	found, err := s.Root.Logical().Read(role + "/role-id")
	require.NoError(s, err)
	made := s.Write(role+"/secret-id", nil)
	file := filepath.Join(s.TempDir(), "secret-id")
	require.NoError(s, os.WriteFile(file, []byte(made.Data["secret_id"].(string)+"\n"), 0o600))
	return found.Data["role_id"].(string), file
}

// Write writes to any path.
func (s *Server) Write(path string, data map[string]any) *api.Secret {
	s.Helper()
	answer, err := s.Root.Logical().Write(path, data)
	require.NoError(s, err)
	return answer
}

// Put writes a secret of the key/value store as an operator would.
func (s *Server) Put(path string, data map[string]any) {
	s.Helper()
	_, err := s.Root.KVv2(Mount).Put(context.Background(), path, data)
	require.NoError(s, err)
}

// Dump is everything that the server holds below a path, as JSON by the name of the secret.
func (s *Server) Dump(path string) map[string]string {
	s.Helper()
	listed, err := s.Root.Logical().List(Mount + "/metadata/" + path)
	require.NoError(s, err)
	dump := map[string]string{}
	if listed == nil {
		return dump
	}
	for _, name := range listed.Data["keys"].([]any) {
		secret, err := s.Root.KVv2(Mount).Get(context.Background(), path+"/"+name.(string))
		require.NoError(s, err)
		text, err := json.Marshal(secret.Data)
		require.NoError(s, err)
		dump[name.(string)] = string(text)
	}
	return dump
}

func (s *Server) configuration() string { return filepath.Join(s.folder, "vault.hcl") }

// program finds the server, which is built into bin of the module's root.
func program(t testing.TB) string {
	t.Helper()
	path := filepath.Join(root(t), "bin", "vault")
	require.FileExists(t, path, "make bin/vault builds the Vault server")
	return path
}

// root finds the module that the test is of.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	require.NoError(t, err)
	for folder != filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		folder = filepath.Dir(folder)
	}
	return folder
}

// freeAddress picks a port below those that the system hands out by itself, so that no connection takes it
// before the server does. Vault also listens on the port above it.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+2*rand.IntN(6000))
		listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
		if err == nil {
			require.NoError(t, listener.Close())
			return address
		}
	}
	require.Fail(t, "no port is free")
	return ""
}
