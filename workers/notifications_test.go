package workers_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/webhook"
	"github.com/omnicloud/omnicloud/workers"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

// receiver is a webhook receiver that fails the first deliveries.
type receiver struct {
	*httptest.Server
	mutex    sync.Mutex
	failures int
	keys     []string
	forged   int
}

func newReceiver(t *testing.T, failures int) *receiver {
	t.Helper()
	r := &receiver{failures: failures}
	r.Server = httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) receive(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	err := webhook.Verify(secret, request.Header.Get(webhook.HeaderTimestamp), request.Header.Get(webhook.HeaderSignature), body, time.Now(), time.Minute)
	if err != nil {
		r.forged++
	}
	if r.failures > 0 {
		r.failures--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	r.keys = append(r.keys, request.Header.Get(webhook.HeaderKey))
}

func (r *receiver) received() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append([]string(nil), r.keys...)
}

// runDispatcher runs a dispatcher over a real outbox until the test ends.
func runDispatcher(t *testing.T, deliverer workers.Deliverer, now func() time.Time) outbox.Store {
	t.Helper()
	store := postgres.NewOutbox(postgrestest.New(t))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- (&workers.Dispatcher{Outbox: store, Deliverer: deliverer, Logger: quiet(), Now: now}).Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return store
}

func notify(t *testing.T, store outbox.Store, key string) {
	t.Helper()
	require.NoError(t, store.Notify(context.Background(), outbox.Message{
		Topic: outbox.TopicNotification, Group: "main/2026-09", Key: key, Payload: []byte(`{"kind":"period.closed"}`),
	}))
}

func pending(t *testing.T, store outbox.Store) int {
	t.Helper()
	messages, err := store.Pending(context.Background(), outbox.TopicNotification, "", 10)
	require.NoError(t, err)
	return len(messages)
}

func TestDispatcher(t *testing.T) {
	const patience = 20 * time.Second
	t.Run("delivers signed, each once", func(t *testing.T) {
		target := newReceiver(t, 0)
		sender, err := webhook.NewSender(target.URL, secret)
		require.NoError(t, err)
		store := runDispatcher(t, sender, time.Now)
		notify(t, store, "a")
		notify(t, store, "a")
		notify(t, store, "b")
		require.Eventually(t, func() bool { return len(target.received()) == 2 && pending(t, store) == 0 }, patience, 20*time.Millisecond)
		require.Equal(t, []string{"a", "b"}, target.received())
		require.Zero(t, target.forged)
	})
	t.Run("tries again what failed, and holds up nothing else", func(t *testing.T) {
		target := newReceiver(t, 1)
		sender, err := webhook.NewSender(target.URL, secret)
		require.NoError(t, err)
		// A clock that is behind makes every retry due at once.
		store := runDispatcher(t, sender, func() time.Time { return time.Now().Add(-time.Hour) })
		notify(t, store, "a")
		notify(t, store, "b")
		require.Eventually(t, func() bool { return len(target.received()) == 2 }, patience, 20*time.Millisecond)
		require.ElementsMatch(t, []string{"a", "b"}, target.received())
	})
	t.Run("waits before it tries again", func(t *testing.T) {
		target := newReceiver(t, 1000)
		sender, err := webhook.NewSender(target.URL, secret)
		require.NoError(t, err)
		store := runDispatcher(t, sender, time.Now)
		notify(t, store, "a")
		require.Eventually(t, func() bool { return pending(t, store) == 0 }, patience, 20*time.Millisecond, "it is due later")
		require.Empty(t, target.received())
	})
	t.Run("without a URL it logs and takes the message off", func(t *testing.T) {
		store := runDispatcher(t, nil, time.Now)
		notify(t, store, "a")
		require.Eventually(t, func() bool { return pending(t, store) == 0 }, patience, 20*time.Millisecond)
	})
}
