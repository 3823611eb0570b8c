package serviceclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Error says which call to which service failed and how. Every error of this package's methods is
// a *fault.Error around one of these:
//
//	what happened                                      code                  retry helps
//	no connection, broken connection, truncated body   unavailable           yes
//	own deadline passed                                unavailable           yes
//	breaker open                                       unavailable           yes, when it is half-open
//	429                                                rate_limited          yes, after Retry-After
//	408, 425, 5xx but 501 and 505                      unavailable           yes, after Retry-After
//	body that is no JSON                               unavailable           yes: damage, or a proxy's page
//	body of another schema, or beyond the limit        upstream_error        no
//	404, 409, 412, 413                                 not_found, conflict, precondition_failed, too_large: no
//	422 that says so                                   idempotency_mismatch  no
//	any other status                                   upstream_error        no
//	the caller's context ended                         unavailable           no; errors.Is finds the context's error
type Error struct {
	Service string
	// Route is the method and the path, without the query.
	Route string
	// Status is the HTTP status, or zero where there was no answer.
	Status    int
	Retryable bool
	// RetryAfter is when a retry can help, where that is known, else zero.
	RetryAfter time.Duration
	// Problem is what the service said about it, where it said something.
	Problem Problem
	// Cause lies beneath, where no status explains the failure.
	Cause error
}

// Error names the service, the route and the failure.
func (e *Error) Error() string {
	text := e.Service + " " + e.Route
	if e.Status != 0 {
		text = fmt.Sprintf("%s: status %d", text, e.Status)
	}
	if e.Problem.Detail != "" {
		text += ": " + e.Problem.Detail
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// errSchema marks a body that is JSON but not what the service's description promises.
var errSchema = errors.New("the response does not follow the service's description")

// errNotJSON marks a body that is no JSON at all.
var errNotJSON = errors.New("the response is not JSON")

// fromTransport makes the error of an exchange that brought no usable answer. The context is the
// caller's.
func (c *caller) fromTransport(ctx context.Context, route string, status int, err error) error {
	e := &Error{Service: c.service, Route: route, Status: status, Cause: err}
	var open *breakerOpenError
	switch {
	case ctx.Err() != nil:
		e.Cause = context.Cause(ctx)
		if !errors.Is(e.Cause, ctx.Err()) {
			e.Cause = errors.Join(ctx.Err(), e.Cause)
		}
		return e.as(fault.Unavailable, "the call %s to %s was ended by its caller", route, c.service)
	case errors.As(err, &open):
		e.Retryable, e.RetryAfter = true, open.after
		return e.as(fault.Unavailable, "%s failed repeatedly and is not called for now; try again in %s",
			c.service, open.after.Round(time.Millisecond))
	case errors.Is(err, errDeadline):
		e.Retryable = true
		return e.as(fault.Unavailable, "%s did not answer %s within %s; try again later", c.service, route, c.timeout)
	case errors.Is(err, errBodyTooLarge):
		return e.as(fault.Upstream, "%s answered %s with more than %d bytes; ask for smaller pages", c.service, route, c.maxBody)
	case errors.Is(err, errSchema):
		return e.as(fault.Upstream, "%s answered %s with something that its description does not allow; compare their versions",
			c.service, route)
	case errors.Is(err, errNotJSON):
		e.Retryable = true
		return e.as(fault.Unavailable, "%s answered %s with a body that is not JSON; try again later", c.service, route)
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.Retryable = true
		return e.as(fault.Unavailable, "%s broke off in the middle of its answer to %s; try again later", c.service, route)
	default:
		e.Retryable = true
		return e.as(fault.Unavailable, "%s cannot be reached for %s; try again later", c.service, route)
	}
}

// fromStatus makes the error of an answer whose status is not a success.
func (c *caller) fromStatus(route string, response *http.Response) error {
	e := &Error{Service: c.service, Route: route, Status: response.StatusCode, Problem: readProblem(response.Body)}
	code := codeOf(e.Status, e.Problem)
	if e.Retryable = code == fault.Unavailable || code == fault.RateLimited; e.Retryable {
		e.RetryAfter = retryAfter(response.Header, time.Now())
		return e.as(code, "%s answered %s with status %d; try again later", c.service, route, e.Status)
	}
	return e.as(code, "%s refused %s with status %d; trying again does not help", c.service, route, e.Status)
}

// codeOf sorts statuses by what the caller can do about them. 401 and 403 are no Unauthenticated or
// Forbidden here: it is this program that lacks a right, not whoever called it.
func codeOf(status int, problem Problem) fault.Code {
	switch status {
	case http.StatusTooManyRequests:
		return fault.RateLimited
	case http.StatusNotFound:
		return fault.NotFound
	case http.StatusConflict:
		return fault.Conflict
	case http.StatusPreconditionFailed:
		return fault.PreconditionFailed
	case http.StatusRequestEntityTooLarge:
		return fault.TooLarge
	case http.StatusUnprocessableEntity:
		if problem.Code == string(fault.IdempotencyMismatch) {
			return fault.IdempotencyMismatch
		}
		return fault.Upstream
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return fault.Upstream
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return fault.Unavailable
	}
	if status >= http.StatusInternalServerError {
		return fault.Unavailable
	}
	return fault.Upstream
}

// as makes the coded error around e; the sentence names no detail that the service gave, since it may
// reach a tenant.
func (e *Error) as(code fault.Code, format string, arguments ...any) *fault.Error {
	wrapped := fault.Wrap(e, code, format, arguments...)
	wrapped.Retryable, wrapped.RetryAfter = e.Retryable, e.RetryAfter
	return wrapped
}
