package api

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/idempotency"
)

// heldAnswer holds an answer back until it is kept. Answers of operations with an idempotency key
// are small; headers go straight to the writer beneath.
type heldAnswer struct {
	gin.ResponseWriter
	status  int
	written bool
	body    bytes.Buffer
}

// WriteHeader keeps the first status that is set before the body begins.
func (h *heldAnswer) WriteHeader(status int) {
	if status > 0 && !h.written {
		h.status = status
	}
}

// WriteHeaderNow marks the answer as begun.
func (h *heldAnswer) WriteHeaderNow() { h.written = true }

// Write holds content back.
func (h *heldAnswer) Write(content []byte) (int, error) {
	h.written = true
	return h.body.Write(content)
}

// WriteString holds content back.
func (h *heldAnswer) WriteString(content string) (int, error) {
	h.written = true
	return h.body.WriteString(content)
}

// Status returns the status that will be sent.
func (h *heldAnswer) Status() int { return h.status }

// Size returns the number of bytes held back.
func (h *heldAnswer) Size() int { return h.body.Len() }

// Written reports whether the answer has begun.
func (h *heldAnswer) Written() bool { return h.written }

// Flush does nothing: nothing leaves before the answer is kept.
func (h *heldAnswer) Flush() {}

// response returns the answer in the form in which it is kept.
func (h *heldAnswer) response() idempotency.Response {
	kept := idempotency.Response{Status: h.status, Headers: map[string]string{}, Body: bytes.Clone(h.body.Bytes())}
	for _, name := range keptHeaders {
		if value := h.Header().Get(name); value != "" {
			kept.Headers[http.CanonicalHeaderKey(name)] = value
		}
	}
	return kept
}

// send lets the answer go.
func (h *heldAnswer) send() {
	h.ResponseWriter.WriteHeader(h.status)
	h.ResponseWriter.WriteHeaderNow()
	if h.body.Len() > 0 {
		// A caller that has hung up does not get its answer; a repetition does.
		_, _ = h.ResponseWriter.Write(h.body.Bytes())
	}
}
