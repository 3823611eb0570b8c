package temporalclient_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/internal/tlsfile"
	"github.com/omnicloud/omnicloud/internal/tlsfile/tlsfiletest"
)

// The development server talks in plain; a proxy before it asks for what Temporal Cloud asks for: TLS, and a
// certificate or a key.
func TestDialOverTLS(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	binary, err := filepath.Abs("../../bin/temporal")
	require.NoError(t, err)
	server, err := testsuite.StartDevServer(t.Context(), testsuite.DevServerOptions{
		ExistingPath: binary, LogLevel: "error", ClientOptions: &client.Options{Namespace: "default"},
	})
	require.NoError(t, err, "make bin/temporal builds the server")
	t.Cleanup(func() { _ = server.Stop() })

	certificates, other := tlsfiletest.New(t), tlsfiletest.New(t)
	const key = "a key of the cloud"
	connect := func(t *testing.T, address string, files tlsfile.Files, apiKey string) (client.Client, error) {
		t.Helper()
		protected, err := files.Config("Temporal")
		require.NoError(t, err)
		ring, err := payloadcodec.CreateRing(t.Context(), keyfolder.At(t.TempDir()))
		require.NoError(t, err)
		return temporalclient.Dial(context.Background(), temporalclient.Config{
			Address: address, Namespace: "default", TLS: protected, APIKey: apiKey,
			Codec: payloadcodec.New(ring), Logger: slog.New(slog.DiscardHandler),
		})
	}
	dial := func(t *testing.T, address string, files tlsfile.Files, apiKey string) error {
		t.Helper()
		connected, err := connect(t, address, files, apiKey)
		if err == nil {
			connected.Close()
		}
		return err
	}

	t.Run("a certificate of an authority that the server knows lets in", func(t *testing.T) {
		address := proxy(t, server.FrontendHostPort(), certificates, tls.RequireAndVerifyClientCert, func(*http.Request) int { return 0 })
		require.NoError(t, dial(t, address, certificates.Client(), ""))
		for name, files := range map[string]tlsfile.Files{
			"none":                   {Authorities: certificates.Authority},
			"another authority's":    {Authorities: certificates.Authority, Certificate: other.ClientCert, Key: other.ClientKey},
			"one, but to a stranger": {Authorities: other.Authority, Certificate: certificates.ClientCert, Key: certificates.ClientKey},
			"plain talk":             {},
		} {
			t.Run("not "+name, func(t *testing.T) {
				require.Equal(t, fault.Unavailable, fault.CodeOf(dial(t, address, files, "")))
			})
		}
	})
	t.Run("an API key lets in", func(t *testing.T) {
		address := proxy(t, server.FrontendHostPort(), certificates, tls.NoClientCert, func(r *http.Request) int {
			if r.Header.Get("Authorization") != "Bearer "+key {
				return http.StatusUnauthorized
			}
			return 0
		})
		files := tlsfile.Files{Authorities: certificates.Authority}
		require.NoError(t, dial(t, address, files, key))
		err := dial(t, address, files, "another key")
		require.Equal(t, fault.Unavailable, fault.CodeOf(err))
		require.NotContains(t, err.Error(), "another key")
	})
	t.Run("search attributes that nobody may register are named", func(t *testing.T) {
		address := proxy(t, server.FrontendHostPort(), certificates, tls.NoClientCert, func(r *http.Request) int {
			if strings.HasPrefix(r.URL.Path, "/temporal.api.operatorservice") {
				return http.StatusForbidden
			}
			return 0
		})
		connected, err := connect(t, address, tlsfile.Files{Authorities: certificates.Authority}, "")
		require.NoError(t, err)
		defer connected.Close()
		err = temporalclient.EnsureSearchAttributes(t.Context(), connected, "default", []string{"Book", "Period"})
		require.Equal(t, fault.Forbidden, fault.CodeOf(err))
		require.ErrorContains(t, err, "register there, as keywords, Book, Period")
	})
}

// proxy hands on to a server in plain what comes over TLS and is not refused with a status.
func proxy(t *testing.T, target string, certificates tlsfiletest.Certificates, asks tls.ClientAuthType, refuse func(*http.Request) (status int)) (address string) {
	t.Helper()
	plain := new(http.Protocols)
	plain.SetUnencryptedHTTP2(true)
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: target})
	forward.Transport = &http.Transport{Protocols: plain}
	front := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status := refuse(r); status != 0 {
			w.WriteHeader(status)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	own, err := tls.LoadX509KeyPair(certificates.ServerCert, certificates.ServerKey)
	require.NoError(t, err)
	known, err := tlsfile.Files{Authorities: certificates.Authority}.Config("the proxy")
	require.NoError(t, err)
	front.EnableHTTP2 = true
	front.TLS = &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: asks, ClientCAs: known.RootCAs, MinVersion: tls.VersionTLS12}
	front.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	front.StartTLS()
	t.Cleanup(front.Close)
	return front.Listener.Addr().String()
}
