package prometheus

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
	"github.com/omnicloud/omnicloud/internal/tlsfile"
	"github.com/omnicloud/omnicloud/internal/tlsfile/tlsfiletest"
)

func TestMonitoring(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	address := prometheustest.Start(t, prometheustest.Options{OpenMetrics: history()})
	used := Metric{Resource: forecast.RequestRate, Query: "used", TenantLabel: "namespace"}
	nothing := Metric{Resource: forecast.RequestRate, Query: "used / 0", TenantLabel: "namespace"}
	monitoring := NewMonitoring(client(t, Options{URL: address}), []Metric{used, nothing, used}, slog.New(slog.DiscardHandler))
	gauges := monitoring.Gauges()

	t.Run("a query is one gauge, however often it is written", func(t *testing.T) { require.Len(t, gauges, 2) })
	t.Run("gives mean, 95th percentile and maximum of every hour of every tenant", func(t *testing.T) {
		found, err := monitoring.HourlyUsage(t.Context(), gauges[0], begin.Add(5*time.Hour), begin.Add(29*time.Hour))
		require.NoError(t, err)
		require.Len(t, found, 2)
		shop := found[1]
		require.Equal(t, foresight.Key{TenantID: "shop", Metric: forecast.RequestRate}, shop.Key)
		require.Len(t, shop.Hours, 24)
		for i, hour := range shop.Hours {
			require.Equal(t, begin.Add(time.Duration(5+i)*time.Hour), hour.At)
			// An hour's twelve samples are its number and the eleven after it.
			require.InDelta(t, float64(5+i)+5.5, hour.Mean, 1.1)
			require.InDelta(t, float64(5+i)+10.5, hour.P95, 1.1)
			require.InDelta(t, float64(5+i)+11, hour.Peak, 1e-9)
		}
	})
	t.Run("what is no finite number was not measured", func(t *testing.T) {
		found, err := monitoring.HourlyUsage(t.Context(), gauges[1], begin, begin.Add(24*time.Hour))
		require.NoError(t, err)
		require.Empty(t, found)
	})
}

func TestPrometheusBehindTLS(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	certificates, other := tlsfiletest.New(t), tlsfiletest.New(t)
	address := prometheustest.Start(t, prometheustest.Options{OpenMetrics: history(), Authenticated: true, Certificates: &certificates})
	ask := func(files tlsfile.Files) error {
		c := client(t, Options{URL: address, User: prometheustest.User, Password: prometheustest.Password, TLS: files})
		_, err := c.QueryRange(t.Context(), "used", begin, begin, time.Hour)
		return err
	}
	t.Run("is asked by who knows its authority and shows a certificate", func(t *testing.T) {
		require.NoError(t, ask(certificates.Client()))
	})
	for name, files := range map[string]tlsfile.Files{
		"of an authority that the machine does not know is not believed": {},
		"of another authority is not believed":                           {Authorities: other.Authority, Certificate: certificates.ClientCert, Key: certificates.ClientKey},
		"lets nobody in who shows no certificate":                        {Authorities: certificates.Authority},
		"lets nobody in who shows a certificate of another authority":    {Authorities: certificates.Authority, Certificate: other.ClientCert, Key: other.ClientKey},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, fault.Unavailable, fault.CodeOf(ask(files))) })
	}

	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for want, files := range map[string]tlsfile.Files{
		"holds no certificate in PEM":                                {Authorities: empty},
		"the certificate authorities for Prometheus cannot be":       {Authorities: "missing.pem"},
		"needs its key, and a key its certificate":                   {Certificate: certificates.ClientCert},
		"to show to Prometheus cannot be used with the key " + empty: {Certificate: certificates.ClientCert, Key: empty},
	} {
		t.Run("refuses files: "+want, func(t *testing.T) {
			_, err := New(Options{URL: address, TLS: files})
			require.ErrorContains(t, err, want)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

// Prometheus itself knows no bearer tokens; whoever wants them puts a proxy before it.
func TestPrometheusBehindAProxyThatWantsATokenOfTheBearer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	target, err := url.Parse(prometheustest.Start(t, prometheustest.Options{OpenMetrics: history()}))
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(target)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer letmein" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	ask := func(token string) error {
		_, err := client(t, Options{URL: proxy.URL, BearerToken: token}).QueryRange(t.Context(), "used", begin, begin, time.Hour)
		return err
	}
	require.NoError(t, ask("letmein"))
	assert.Equal(t, fault.Forbidden, fault.CodeOf(ask("wrong")))
	assert.NotContains(t, ask("wrong").Error(), "wrong")
}
