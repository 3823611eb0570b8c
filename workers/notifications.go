package workers

import (
	"context"
	"log/slog"
	"time"

	"github.com/omnicloud/omnicloud/domain/outbox"
)

const (
	// idlePause is how long the dispatcher rests when nothing is due.
	idlePause = 2 * time.Second
	// messagesPerRead bounds how many notifications are read at once.
	messagesPerRead = 50
	// firstRetry and lastRetry bound the pause before a notification is tried again; it doubles
	// with each failure.
	firstRetry = 5 * time.Second
	lastRetry  = time.Hour
)

// Deliverer hands one message to its receiver; webhook.Sender is one.
type Deliverer interface {
	Deliver(ctx context.Context, message outbox.Message) error
}

// Dispatcher delivers notifications from the outbox, at least once and in no promised order: one
// that fails is tried again later and holds up no other. Several processes may dispatch at once; the
// receiver recognises by its key what it has already.
type Dispatcher struct {
	Outbox outbox.Store
	// Deliverer is where notifications go; nil only logs them.
	Deliverer Deliverer
	Logger    *slog.Logger
	Now       func() time.Time
}

// Run dispatches until ctx ends. What goes wrong is recorded with the message or logged.
func (d *Dispatcher) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		dispatched, err := d.dispatch(ctx)
		if err != nil && ctx.Err() == nil {
			d.Logger.Warn("notifications could not be dispatched", "error", err)
		}
		if err == nil && dispatched == messagesPerRead {
			timer.Reset(0)
			continue
		}
		timer.Reset(idlePause)
	}
}

// dispatch tries what is due once and returns how many messages it read.
func (d *Dispatcher) dispatch(ctx context.Context) (int, error) {
	messages, err := d.Outbox.Pending(ctx, outbox.TopicNotification, "", messagesPerRead)
	if err != nil {
		return 0, err
	}
	for _, message := range messages {
		if err := d.deliver(ctx, message); err != nil {
			return 0, err
		}
	}
	return len(messages), nil
}

// deliver returns an error only where the outbox itself fails.
func (d *Dispatcher) deliver(ctx context.Context, message outbox.Message) error {
	logger := d.Logger.With("key", message.Key, "correlation_id", message.CorrelationID)
	if d.Deliverer == nil {
		logger.Info("notification; set --webhook-url to have it delivered", "payload", string(message.Payload))
		return d.Outbox.Delivered(ctx, message.ID)
	}
	err := d.Deliverer.Deliver(ctx, message)
	if err == nil {
		return d.Outbox.Delivered(ctx, message.ID)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	again := d.Now().Add(retryPause(message.Attempts))
	logger.Warn("notification was not delivered", "error", err, "next_attempt", again)
	return d.Outbox.Failed(ctx, message.ID, err.Error(), again)
}

// retryPause doubles from firstRetry to lastRetry with the number of failures so far.
func retryPause(failures int) time.Duration {
	pause := firstRetry
	for range failures {
		if pause *= 2; pause >= lastRetry {
			return lastRetry
		}
	}
	return pause
}
