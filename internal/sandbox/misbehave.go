package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// misbehave applies the faults that are switched on. route names the route of a request as faults
// do, or returns the empty string for requests that no fault may touch.
func (s *Sandbox) misbehave(next http.Handler, route func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := route(r)
		if name == "" {
			next.ServeHTTP(w, r)
			return
		}
		covering, found, fails := s.faults.strike(name)
		if found && covering.LatencyMS > 0 && !s.wait(r, time.Duration(covering.LatencyMS)*time.Millisecond) {
			return
		}
		if !fails {
			next.ServeHTTP(w, r)
			return
		}
		good := &heldAnswer{header: http.Header{}, status: http.StatusOK}
		if covering.AfterEffect || covering.Truncated {
			next.ServeHTTP(good, r)
		}
		s.fail(w, r, covering, good)
	})
}

// wait holds a request up and reports whether its client is still there.
func (s *Sandbox) wait(r *http.Request, latency time.Duration) bool {
	timer := time.NewTimer(latency)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.stopping:
		return true
	case <-r.Context().Done():
		return false
	}
}

// fail answers as the fault says. good is what the request came to, where it was let through first.
func (s *Sandbox) fail(w http.ResponseWriter, r *http.Request, covering Fault, good *heldAnswer) {
	switch {
	case covering.Hang:
		// Only a server that has read the body hears that the client left.
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-s.stopping:
		}
		panic(http.ErrAbortHandler)
	case covering.Truncated:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(good.body.Len()))
		w.WriteHeader(good.status)
		_, _ = w.Write(good.body.Bytes()[:good.body.Len()/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case covering.Malformed:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, "<html><body>The proxy is out of order.</body></html>\n")
	case covering.WrongSchema:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"items":[{"cost":1}],"total":"many"}`+"\n")
	default:
		if covering.RetryAfterS > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(covering.RetryAfterS))
		}
		status := covering.status()
		code := fault.Unavailable
		switch {
		case status == http.StatusTooManyRequests:
			code = fault.RateLimited
		case status < http.StatusInternalServerError:
			code = fault.Conflict
		}
		writeProblem(w, r, status, fault.New(code, "a fault is switched on for this route; DELETE /sandbox/v1/faults ends it"))
	}
}

// heldAnswer keeps an answer back, to be cut short or thrown away while its effect stays.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the header that is kept back.
func (a *heldAnswer) Header() http.Header { return a.header }

// WriteHeader keeps the status back.
func (a *heldAnswer) WriteHeader(status int) { a.status = status }

// Write keeps a part of the body back.
func (a *heldAnswer) Write(part []byte) (int, error) { return a.body.Write(part) }
