package serviceclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// BreakerSettings say when a service counts as down. Zero values mean the defaults.
type BreakerSettings struct {
	// Failures in a row that open the breaker; 5 by default.
	Failures uint32
	// OpenFor is how long an open breaker refuses before it lets one call through; 10 s by default.
	OpenFor time.Duration
}

func (s BreakerSettings) withDefaults() BreakerSettings {
	if s.Failures == 0 {
		s.Failures = 5
	}
	if s.OpenFor <= 0 {
		s.OpenFor = 10 * time.Second
	}
	return s
}

// breakerOpenError is a call that the breaker refused without making it.
type breakerOpenError struct {
	// after is the time until the breaker lets a call through again.
	after time.Duration
}

func (e *breakerOpenError) Error() string {
	return fmt.Sprintf("its circuit breaker is open for another %s", e.after.Round(time.Millisecond))
}

var (
	// errServerFault stands for an answer of 500 or above.
	errServerFault = errors.New("the service answered with a server error")
	// errCallerLeft stands for an exchange that its caller ended, which says nothing about the service.
	errCallerLeft = errors.New("the caller ended the call")
)

// breaker is a circuit breaker of one service. Failed exchanges, answers of 500 and above, and
// bodies that break off count as failures; answers below 500 (429 included: a service that limits
// its callers is up) count as successes; what the caller cancels counts as neither.
type breaker struct {
	steps   *gobreaker.TwoStepCircuitBreaker[struct{}]
	openFor time.Duration
	// openedAt is the instant of the last opening. gobreaker keeps it to itself, and callers need
	// it to know when to come back.
	openedAt atomic.Pointer[time.Time]
}

func newBreaker(service string, settings BreakerSettings, logger *slog.Logger) *breaker {
	b := &breaker{openFor: settings.OpenFor}
	b.steps = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        service,
		MaxRequests: 1,
		Timeout:     settings.OpenFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= settings.Failures },
		IsExcluded:  func(err error) bool { return errors.Is(err, errCallerLeft) },
		OnStateChange: func(_ string, from, to gobreaker.State) {
			if to == gobreaker.StateOpen {
				now := time.Now()
				b.openedAt.Store(&now)
			}
			logger.Warn("circuit breaker changed state", "service", service, "from", from.String(), "to", to.String())
		},
	})
	return b
}

// allow asks for a call. While half-open the breaker lets one call probe the service; the others
// are told to come back after a moment, when the probe's outcome is known.
func (b *breaker) allow() (func(error), error) {
	done, err := b.steps.Allow()
	if err == nil {
		var once sync.Once
		return func(outcome error) { once.Do(func() { done(outcome) }) }, nil
	}
	after := time.Second
	if openedAt := b.openedAt.Load(); errors.Is(err, gobreaker.ErrOpenState) && openedAt != nil {
		// One millisecond more, because the breaker turns half-open strictly after its time.
		after = max(time.Until(openedAt.Add(b.openFor)), 0) + time.Millisecond
	}
	return nil, &breakerOpenError{after: after}
}

// withBreaker refuses calls while the breaker is open. The outcome of a call is known only when its
// body has been read, so that a service that breaks off in the middle of its answers counts as down.
func withBreaker(next http.RoundTripper, b *breaker) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		done, err := b.allow()
		if err != nil {
			return nil, err
		}
		ctx := request.Context()
		response, err := next.RoundTrip(request)
		if err != nil {
			done(outcome(ctx, err))
			return nil, err
		}
		if response.StatusCode >= http.StatusInternalServerError {
			done(errServerFault)
			return response, nil
		}
		report := func(err error) { done(outcome(ctx, err)) }
		response.Body = &watchedBody{ReadCloser: response.Body, report: report}
		return response, nil
	})
}

// outcome turns a failure into errCallerLeft where the caller is the one who ended the call. An own
// deadline leaves the caller's context alive and so counts against the service.
func outcome(caller context.Context, err error) error {
	if err != nil && caller.Err() != nil {
		return errCallerLeft
	}
	return err
}

// watchedBody reports how the reading of a body ended, once.
type watchedBody struct {
	io.ReadCloser
	report func(error)
}

// Read reports the end of the body or its failure.
func (b *watchedBody) Read(buffer []byte) (int, error) {
	n, err := b.ReadCloser.Read(buffer)
	if errors.Is(err, io.EOF) {
		b.report(nil)
	} else if err != nil {
		b.report(err)
	}
	return n, err
}

// Close reports success for a body that was good as far as it was read.
func (b *watchedBody) Close() error {
	b.report(nil)
	return b.ReadCloser.Close()
}
