package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// problem is a refusal in the form of RFC 9457. Code takes the place of a type of its own: the codes
// are few, and a URI that leads nowhere helps nobody.
type problem struct {
	Type          string `json:"type"`
	Title         string `json:"title"`
	Status        int    `json:"status"`
	Detail        string `json:"detail"`
	Code          string `json:"code"`
	CorrelationID string `json:"correlation_id,omitempty"`
	Retryable     bool   `json:"retryable"`
}

// statusOf maps the codes that the sandbox itself uses.
func statusOf(code fault.Code) int {
	switch code {
	case fault.InvalidInput:
		return http.StatusBadRequest
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.PreconditionFailed:
		return http.StatusPreconditionFailed
	case fault.PreconditionRequired:
		return http.StatusPreconditionRequired
	case fault.IdempotencyMismatch:
		return http.StatusUnprocessableEntity
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// writeProblem answers with an error. The cause beneath it stays in this process.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, err error) {
	document := problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: "the sandbox failed; see its log", Code: string(fault.CodeOf(err)),
		CorrelationID: r.Header.Get("X-Correlation-ID"),
	}
	var coded *fault.Error
	if errors.As(err, &coded) {
		document.Detail, document.Retryable = coded.Message, coded.Retryable
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(document) // a client that left is not told
}

// endpoint is a handler that returns what is wrong instead of writing it.
type endpoint func(http.ResponseWriter, *http.Request) error

// handle answers with the endpoint's error, and logs the ones that are this program's own.
func (s *Sandbox) handle(serve endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := serve(w, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		status := statusOf(fault.CodeOf(err))
		if status == http.StatusInternalServerError {
			s.logger.Error("request failed", "route", r.Pattern, "correlation_id", r.Header.Get("X-Correlation-ID"), "error", err)
		}
		writeProblem(w, r, status, err)
	})
}

// writeJSON marshals before it writes, so that a document which cannot be written still gets an error
// status. Texts within are not made safe for HTML, which would make them longer.
func writeJSON(w http.ResponseWriter, status int, document any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return fmt.Errorf("writing the answer as JSON: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a client that left is not told
	return nil
}
