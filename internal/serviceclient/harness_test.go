package serviceclient_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var september = period.New(2026, time.September)

// serve starts a server and clients for it; both end with the test.
func serve(t *testing.T, handler http.HandlerFunc, adjust ...func(*serviceclient.Options)) *serviceclient.Clients {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return connect(t, server.URL, adjust...)
}

func connect(t *testing.T, base string, adjust ...func(*serviceclient.Options)) *serviceclient.Clients {
	t.Helper()
	options := serviceclient.Options{URLs: serviceclient.URLsUnder(base), Logger: slog.New(slog.DiscardHandler)}
	for _, change := range adjust {
		change(&options)
	}
	clients, err := serviceclient.New(options)
	require.NoError(t, err)
	t.Cleanup(clients.Close)
	return clients
}

// answer returns a handler that always gives the same body.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// network is the end of a chain without a network, for tests that need a clock of their own.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(request *http.Request) (*http.Response, error) { return n(request) }

// canned makes a response as the network would.
func canned(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{}, ContentLength: -1,
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// parts takes an error apart and demands that it has both of its parts.
func parts(t *testing.T, err error) (*fault.Error, *serviceclient.Error) {
	t.Helper()
	var coded *fault.Error
	var called *serviceclient.Error
	require.ErrorAs(t, err, &coded)
	require.ErrorAs(t, err, &called)
	require.Equal(t, coded.Retryable, called.Retryable)
	require.Equal(t, coded.RetryAfter, called.RetryAfter)
	return coded, called
}

const noCharges = `{"charges":[],"total":0}`
