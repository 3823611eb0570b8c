package webhook_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/webhook"
)

func TestDeliver(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	message := outbox.Message{Key: "period.closed:main:2026-09:1", Payload: []byte(`{"kind":"period.closed"}`), CorrelationID: "req-1"}

	t.Run("the receiver can verify who sent it and recognise it again", func(t *testing.T) {
		verified := make(chan error, 1)
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if r.Header.Get(webhook.HeaderKey) != message.Key || r.Header.Get(webhook.HeaderCorrelation) != "req-1" {
				verified <- fault.New(fault.InvalidInput, "headers are missing")
				return
			}
			verified <- webhook.Verify(secret, r.Header.Get(webhook.HeaderTimestamp), r.Header.Get(webhook.HeaderSignature), body, time.Now(), time.Minute)
		}))
		defer server.Close()
		sender, err := webhook.NewSender(server.URL, secret)
		require.NoError(t, err)
		require.NoError(t, sender.Deliver(context.Background(), message))
		require.NoError(t, <-verified)
	})
	for name, answer := range map[string]http.HandlerFunc{
		"a refusal":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		"a failure":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
	} {
		t.Run(name+" is an error that can be tried again", func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			sender, err := webhook.NewSender(server.URL, secret)
			require.NoError(t, err)
			require.True(t, fault.Is(sender.Deliver(context.Background(), message), fault.Unavailable))
		})
	}
	for _, target := range []string{"", "ftp://host/x", "host:80", "http://"} {
		t.Run("no URL: "+target, func(t *testing.T) {
			_, err := webhook.NewSender(target, secret)
			require.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
}

func TestVerify(t *testing.T) {
	secret, now, body := []byte("secret"), time.Unix(1_790_000_000, 0), []byte(`{}`)
	signature := webhook.Sign(secret, now.Unix(), body)
	require.NoError(t, webhook.Verify(secret, "1790000000", signature, body, now.Add(time.Minute), 5*time.Minute))
	for name, err := range map[string]error{
		"another body":      webhook.Verify(secret, "1790000000", signature, []byte(`{"a":1}`), now, time.Minute),
		"another secret":    webhook.Verify([]byte("other"), "1790000000", signature, body, now, time.Minute),
		"another timestamp": webhook.Verify(secret, "1790000001", signature, body, now, time.Minute),
		"a replay":          webhook.Verify(secret, "1790000000", signature, body, now.Add(time.Hour), time.Minute),
		"no timestamp":      webhook.Verify(secret, "", signature, body, now, time.Minute),
		"no signature":      webhook.Verify(secret, "1790000000", "", body, now, time.Minute),
	} {
		t.Run(name+" is refused", func(t *testing.T) { require.True(t, fault.Is(err, fault.Unauthenticated)) })
	}
}
