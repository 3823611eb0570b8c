package serviceclient

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// caller makes calls to one service through its chain.
type caller struct {
	service string
	base    *url.URL
	chain   http.RoundTripper
	// timeout and maxBody are what the chain enforces; errors quote them.
	timeout time.Duration
	maxBody int64
	// pageSize is how many items to ask for.
	pageSize int
}

func newCaller(service, address string, options Options, b *breaker) (*caller, error) {
	base, err := parseBase(service, address)
	if err != nil {
		return nil, err
	}
	return &caller{
		service: service, base: base, chain: chain(service, options, b),
		timeout: options.Timeout, maxBody: options.MaxBody, pageSize: options.PageSize,
	}, nil
}

// get reads path and hands the body to decode, which must tell a body that is damaged from one
// of another schema (see decodeError).
func (c *caller) get(ctx context.Context, path string, query url.Values, decode func(io.Reader) error) error {
	address := c.base.JoinPath(path)
	address.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the request to %s for %s cannot be built", c.service, path)
	}
	return c.do(request, decode)
}

// post writes a document under an idempotency key, which the service stores: sent again, the same
// key changes nothing. The answer's body is of no interest.
func (c *caller) post(ctx context.Context, path, idempotencyKey string, document any) error {
	return c.write(ctx, http.MethodPost, path, idempotencyKey, 0, document, nil)
}

// write sends a document (nil for none) by a method, under an idempotency key and, unless it is zero,
// bound to a version of what it changes. decode reads the answer, as for get.
func (c *caller) write(
	ctx context.Context, method, path, idempotencyKey string, version int64, document any, decode func(io.Reader) error,
) error {
	if !validKey(idempotencyKey) {
		return fault.New(fault.Internal, "a write to %s needs an idempotency key of 1 to %d visible ASCII characters, not %.40q",
			c.service, maxKeyLength, idempotencyKey)
	}
	var body io.Reader
	if document != nil {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false) // a configuration arrives as it is written, and no larger
		if err := encoder.Encode(document); err != nil {
			return fault.Wrap(err, fault.Internal, "the body for %s %s cannot be written as JSON", c.service, path)
		}
		body = bytes.NewReader(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(path).String(), body)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "the request to %s for %s cannot be built", c.service, path)
	}
	if document != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if version != 0 {
		request.Header.Set(headerIfMatch, strconv.Quote(strconv.FormatInt(version, 10)))
	}
	request.Header.Set(headerIdempotencyKey, idempotencyKey)
	return c.do(request, decode)
}

// do goes through the chain directly instead of an http.Client: the services redirect nowhere and
// set no cookies, and a redirected write would be a surprise.
func (c *caller) do(request *http.Request, decode func(io.Reader) error) error {
	ctx := request.Context()
	request.Header.Set("Accept", "application/json")
	route := request.Method + " " + request.URL.Path
	response, err := c.chain.RoundTrip(request)
	if err != nil {
		return c.fromTransport(ctx, route, 0, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return c.fromStatus(route, response)
	}
	if decode != nil {
		if err := decode(response.Body); err != nil {
			return c.fromTransport(ctx, route, response.StatusCode, err)
		}
	}
	// What is left is read so that the connection can be used again; a write whose answer breaks
	// off here must be sent again under its key, since nobody knows how it ended.
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return c.fromTransport(ctx, route, response.StatusCode, err)
	}
	return nil
}

// maxKeyLength is what services can be relied on to store.
const maxKeyLength = 255

// validKey keeps line ends and spaces out of the header.
func validKey(key string) bool {
	if key == "" || len(key) > maxKeyLength {
		return false
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}
