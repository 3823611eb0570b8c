package serviceclient_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// patient is a service whose health the test sets, behind clients whose breaker opens after three
// failures for ten seconds.
type patient struct {
	*serviceclient.Clients
	calls   atomic.Int64
	respond atomic.Pointer[network]
	log     bytes.Buffer
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	p := &patient{}
	p.Clients = connect(t, "http://platform.example", func(o *serviceclient.Options) {
		o.Breaker = serviceclient.BreakerSettings{Failures: 3, OpenFor: 10 * time.Second}
		o.Logger = slog.New(slog.NewTextHandler(&p.log, nil))
		o.Network = network(func(request *http.Request) (*http.Response, error) {
			p.calls.Add(1)
			return (*p.respond.Load())(request)
		})
	})
	return p
}

func (p *patient) becomes(respond network) { p.respond.Store(&respond) }

func (p *patient) call(ctx context.Context) error {
	_, err := p.Billing.Charges(ctx, september, "")
	return err
}

func status(code int) network {
	return func(*http.Request) (*http.Response, error) { return canned(code, noCharges), nil }
}

// open brings the breaker to the open state.
func (p *patient) open(t *testing.T) {
	t.Helper()
	p.becomes(status(http.StatusInternalServerError))
	for range 3 {
		require.Error(t, p.call(t.Context()))
	}
}

// pass waits, by the bubble's clock, without a sleep in real time.
func pass(d time.Duration) { <-time.After(d) }

func TestBreaker(t *testing.T) {
	t.Run("opens after failures in a row and then refuses without calling", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.open(t)
			pass(4 * time.Second)
			coded, called := parts(t, p.call(t.Context()))
			require.EqualValues(t, 3, p.calls.Load())
			require.Equal(t, fault.Unavailable, coded.Code)
			require.True(t, coded.Retryable)
			require.Equal(t, 6*time.Second+time.Millisecond, coded.RetryAfter, "the time until half-open")
			require.Equal(t, "billing", called.Service)
			require.Zero(t, called.Status)
		})
	})
	t.Run("a success in between starts the count anew", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			for range 4 {
				p.becomes(status(http.StatusBadGateway))
				require.Error(t, p.call(t.Context()))
				require.Error(t, p.call(t.Context()))
				p.becomes(status(http.StatusOK))
				require.NoError(t, p.call(t.Context()))
			}
			require.EqualValues(t, 12, p.calls.Load())
		})
	})
	t.Run("waiting as long as the error says leads to a call that closes it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.open(t)
			coded, _ := parts(t, p.call(t.Context()))
			p.becomes(status(http.StatusOK))
			pass(coded.RetryAfter)
			require.NoError(t, p.call(t.Context()))
			require.NoError(t, p.call(t.Context()))
			require.EqualValues(t, 5, p.calls.Load())
		})
	})
	t.Run("half-open lets one probe through and tells the others to come back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.open(t)
			pass(10*time.Second + time.Millisecond)
			probing, done := make(chan struct{}), make(chan error)
			p.becomes(func(*http.Request) (*http.Response, error) {
				<-probing
				return canned(http.StatusOK, noCharges), nil
			})
			go func() { done <- p.call(context.Background()) }()
			synctest.Wait()
			coded, _ := parts(t, p.call(t.Context()))
			require.Equal(t, fault.Unavailable, coded.Code)
			require.Equal(t, time.Second, coded.RetryAfter)
			close(probing)
			require.NoError(t, <-done)
			require.NoError(t, p.call(t.Context()))
		})
	})
	t.Run("a probe that fails opens it again for the whole time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.open(t)
			pass(11 * time.Second)
			require.Error(t, p.call(t.Context()))
			coded, _ := parts(t, p.call(t.Context()))
			require.Equal(t, 10*time.Second+time.Millisecond, coded.RetryAfter)
			require.EqualValues(t, 4, p.calls.Load())
		})
	})
	t.Run("every change of state is logged once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.open(t)
			for range 5 {
				require.Error(t, p.call(t.Context()))
			}
			pass(11 * time.Second)
			p.becomes(status(http.StatusOK))
			require.NoError(t, p.call(t.Context()))
			log := p.log.String()
			require.Equal(t, 3, strings.Count(log, "circuit breaker changed state"), log)
			require.Equal(t, 1, strings.Count(log, "from=closed to=open"), log)
			require.Equal(t, 1, strings.Count(log, "from=open to=half-open"), log)
			require.Equal(t, 1, strings.Count(log, "from=half-open to=closed"), log)
		})
	})
	t.Run("one service's breaker leaves the others alone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.open(t)
			p.becomes(func(*http.Request) (*http.Response, error) { return canned(http.StatusOK, emptyLists), nil })
			require.Error(t, p.call(t.Context()))
			_, err := p.Tenants.Tenants(t.Context())
			require.NoError(t, err)
		})
	})
}

func TestWhatTripsTheBreaker(t *testing.T) {
	broken := func(body io.Reader) network {
		return func(*http.Request) (*http.Response, error) {
			response := canned(http.StatusOK, "")
			response.Body = io.NopCloser(body)
			return response, nil
		}
	}
	for _, c := range []struct {
		name    string
		respond network
		trips   bool
	}{
		{"503", status(http.StatusServiceUnavailable), true},
		{"no connection", func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }, true},
		{"a service that hangs until the deadline", func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, true},
		{"a body that breaks off", broken(io.MultiReader(strings.NewReader(`{"cha`), breaksOff{})), true},
		{"400", status(http.StatusBadRequest), false},
		{"404", status(http.StatusNotFound), false},
		{"429", status(http.StatusTooManyRequests), false},
		{"JSON of another schema", broken(strings.NewReader(`[]`)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPatient(t)
				p.becomes(c.respond)
				for range 6 {
					require.Error(t, p.call(t.Context()))
				}
				expected := int64(6)
				if c.trips {
					expected = 3
				}
				require.Equal(t, expected, p.calls.Load())
			})
		})
	}
	t.Run("callers that leave", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPatient(t)
			p.becomes(func(r *http.Request) (*http.Response, error) {
				<-r.Context().Done()
				return nil, r.Context().Err()
			})
			for range 6 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				err := p.call(ctx)
				cancel()
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			require.EqualValues(t, 6, p.calls.Load())
		})
	})
}

// breaksOff is the end of a connection in the middle of a body.
type breaksOff struct{}

func (breaksOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
