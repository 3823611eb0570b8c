// Package webhook delivers notifications to one URL over HTTP, signed so that the receiver knows who
// sent them and when.
package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

const (
	// timeout bounds one delivery; a receiver is meant to take note, not to work.
	timeout = 10 * time.Second
	// readLimit is how much of an answer is read so that its connection can be used again.
	readLimit = 64 << 10
)

// The headers of a delivery.
const (
	// HeaderSignature holds "v1=" and the signature in hexadecimal, see Sign.
	HeaderSignature = "X-OmniCloud-Signature"
	// HeaderTimestamp holds the time of the delivery in Unix seconds, which the signature covers.
	HeaderTimestamp = "X-OmniCloud-Timestamp"
	// HeaderKey holds the key under which a receiver recognises a repeated delivery.
	HeaderKey = "Idempotency-Key"
	// HeaderCorrelation holds the id of the request that led to the notification.
	HeaderCorrelation = "X-Correlation-ID"
)

// Sender delivers messages. It is safe for concurrent use.
type Sender struct {
	target string
	secret []byte
	client *http.Client
	now    func() time.Time
}

// NewSender returns a sender to an http or https URL; any other is an InvalidInput error. Redirects
// are not followed: what is signed for one receiver is not handed to another.
func NewSender(target string, secret []byte) (*Sender, error) {
	parsed, err := url.Parse(target)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return nil, fault.New(fault.InvalidInput, "webhook URL %q is not an http or https URL", target)
	}
	client := &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &Sender{target: target, secret: secret, client: client, now: time.Now}, nil
}

// Deliver posts the message's payload. Any answer but 2xx is an Unavailable error: whether trying
// again helps is for the receiver's operator to know, and nothing is lost by trying.
func (s *Sender) Deliver(ctx context.Context, message outbox.Message) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.target, bytes.NewReader(message.Payload))
	if err != nil {
		return fault.Wrap(err, fault.InvalidInput, "no request can be made to the webhook")
	}
	stamp := s.now().Unix()
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(HeaderTimestamp, strconv.FormatInt(stamp, 10))
	request.Header.Set(HeaderSignature, Sign(s.secret, stamp, message.Payload))
	request.Header.Set(HeaderKey, message.Key)
	if message.CorrelationID != "" {
		request.Header.Set(HeaderCorrelation, message.CorrelationID)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the webhook does not answer")
	}
	_, drainErr := io.Copy(io.Discard, io.LimitReader(response.Body, readLimit))
	if err := response.Body.Close(); err != nil || drainErr != nil {
		return fault.New(fault.Unavailable, "the webhook's answer broke off")
	}
	if response.StatusCode < http.StatusOK || response.StatusCode >= http.StatusMultipleChoices {
		return fault.New(fault.Unavailable, "the webhook answered %d", response.StatusCode)
	}
	return nil
}
