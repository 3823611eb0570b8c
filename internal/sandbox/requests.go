package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// requestLogSize is how many requests are remembered: a close of a large month and some.
const requestLogSize = 2000

// request is what came in, and how it was answered. Status is zero where nothing was answered.
type request struct {
	Number         int64     `json:"number"`
	At             time.Time `json:"at"`
	Route          string    `json:"route"`
	Query          string    `json:"query,omitempty"`
	Status         int       `json:"status"`
	DurationMS     int64     `json:"duration_ms"`
	ServiceName    string    `json:"service_name,omitempty"`
	CorrelationID  string    `json:"correlation_id,omitempty"`
	TenantID       string    `json:"tenant_id,omitempty"`
	Traceparent    string    `json:"traceparent,omitempty"`
	IdempotencyKey string    `json:"idempotency_key,omitempty"`
}

// requestLog is a ring that remembers the last requests to the services, so that people and tests can see what
// was forwarded.
type requestLog struct {
	mutex sync.Mutex
	kept  [requestLogSize]request
	count int64
}

func newRequestLog() *requestLog { return &requestLog{} }

func (l *requestLog) add(added request) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.count++
	added.Number = l.count
	l.kept[(l.count-1)%requestLogSize] = added
}

// list returns the remembered requests, oldest first, with a correlation id and a route (empty: any).
func (l *requestLog) list(correlationID, route string) []request {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	list := []request{}
	for n := max(0, l.count-requestLogSize); n < l.count; n++ {
		kept := l.kept[n%requestLogSize]
		if (correlationID == "" || kept.CorrelationID == correlationID) && (route == "" || kept.Route == route) {
			list = append(list, kept)
		}
	}
	return list
}

// remember logs requests to the services; route as for misbehave.
func (s *Sandbox) remember(next http.Handler, route func(*http.Request) string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := route(r)
		if name == "" {
			next.ServeHTTP(w, r)
			return
		}
		began := time.Now()
		answer := &watchedAnswer{ResponseWriter: w}
		defer func() { // also where a fault aborts the request
			s.requests.add(request{
				At: began.UTC(), Route: name, Query: r.URL.RawQuery,
				Status: answer.status, DurationMS: time.Since(began).Milliseconds(),
				ServiceName: r.Header.Get("X-Service-Name"), CorrelationID: r.Header.Get("X-Correlation-ID"),
				TenantID: r.Header.Get("X-Tenant-ID"), Traceparent: r.Header.Get("Traceparent"),
				IdempotencyKey: r.Header.Get("Idempotency-Key"),
			})
		}()
		next.ServeHTTP(answer, r)
	})
}

// watchedAnswer notes the status of an answer.
type watchedAnswer struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (a *watchedAnswer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Write notes the status that a body without one implies.
func (a *watchedAnswer) Write(part []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(part)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *watchedAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
