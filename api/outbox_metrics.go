package api

import (
	"context"
	"log/slog"

	"github.com/omnicloud/omnicloud/domain/outbox"
)

func outboxMetrics(source Figures, logger *slog.Logger) *figures {
	f := &figures{about: "the outbox", logger: logger}
	messages := f.describe("outbox_messages", "Messages that are not delivered yet, by topic.", "topic")
	oldest := f.describe("outbox_oldest_timestamp_seconds", "When the oldest message of a topic was written that is not delivered yet; missing where none is.", "topic")
	f.read = func(ctx context.Context, tell gauge) error {
		backlog, err := source.Backlog(ctx)
		if err != nil {
			return err
		}
		for _, topic := range outbox.Topics() {
			waits := backlog[topic]
			tell(messages, float64(waits.Messages), topic)
			if waits.Messages > 0 {
				tell(oldest, at(waits.Since), topic)
			}
		}
		return nil
	}
	return f
}
