package serviceclient

import (
	"errors"
	"io"
	"net/http"
)

// errBodyTooLarge ends the reading of a body beyond its limit.
var errBodyTooLarge = errors.New("the response's body is larger than the limit")

// withBodyLimit keeps a callee from filling this program's memory. It lies outside the breaker: a
// large body is a misunderstanding about page sizes, not a sign that the service is down.
func withBodyLimit(next http.RoundTripper, limit int64) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(request)
		if err != nil {
			return nil, err
		}
		if response.ContentLength > limit {
			_ = response.Body.Close()
			return nil, errBodyTooLarge
		}
		response.Body = &limitedBody{ReadCloser: response.Body, left: limit}
		return response, nil
	})
}

type limitedBody struct {
	io.ReadCloser
	// left is what may still be read; negative once the limit is passed, so that a reader which goes
	// on after the error gets it again.
	left int64
}

// Read reads at most one byte beyond the limit, to tell a body that ends there from one that goes on.
func (b *limitedBody) Read(buffer []byte) (int, error) {
	if b.left < 0 {
		return 0, errBodyTooLarge
	}
	if int64(len(buffer)) > b.left+1 {
		buffer = buffer[:b.left+1]
	}
	n, err := b.ReadCloser.Read(buffer)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, errBodyTooLarge
	}
	return n, err
}
