package serviceclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// errDeadline is the chain's own deadline, as opposed to one that the caller's context carried.
var errDeadline = errors.New("the service did not answer in time")

// withDeadline bounds a call from its beginning to the last byte of the response's body: a callee
// that sends headers and then hangs is caught as well.
func withDeadline(next http.RoundTripper, timeout time.Duration) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithTimeoutCause(request.Context(), timeout, errDeadline)
		response, err := next.RoundTrip(request.WithContext(ctx))
		if err != nil {
			cancel()
			return nil, ownDeadline(ctx, err)
		}
		response.Body = &timedBody{ReadCloser: response.Body, ctx: ctx, cancel: cancel}
		return response, nil
	})
}

// timedBody carries the deadline over into the reading of the body, and frees it when that ends.
type timedBody struct {
	io.ReadCloser
	ctx    context.Context //nolint:containedctx // lives exactly as long as the exchange that it bounds
	cancel context.CancelFunc
}

// Read reads on until the deadline.
func (b *timedBody) Read(buffer []byte) (int, error) {
	n, err := b.ReadCloser.Read(buffer)
	if err != nil && !errors.Is(err, io.EOF) {
		err = ownDeadline(b.ctx, err)
	}
	return n, err
}

// Close ends the exchange and its timer.
func (b *timedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// ownDeadline returns errDeadline where it was the cause, since the network layer may report it as
// any of several errors.
func ownDeadline(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errDeadline) {
		return errDeadline
	}
	return err
}
