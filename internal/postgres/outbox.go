package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Outbox is the outbox.Store in PostgreSQL. It is safe for concurrent use.
type Outbox struct{ db DB }

var _ outbox.Store = (*Outbox)(nil)

// NewOutbox returns the store on a pool.
func NewOutbox(db DB) *Outbox { return &Outbox{db: db} }

// Notify keeps a message that announces nothing but itself.
func (o *Outbox) Notify(ctx context.Context, message outbox.Message) error {
	return explain(addMessages(ctx, o.db, []outbox.Message{message}), "keeping message %s", message.Key)
}

// Pending lists what is due of a topic, oldest first. Nothing is claimed: two dispatchers may deliver
// the same message, which its receiver recognises by the key.
func (o *Outbox) Pending(ctx context.Context, topic, group string, limit int) ([]outbox.Message, error) {
	rows, err := o.db.Query(ctx, `SELECT message_id, topic, group_key, message_key, payload, correlation_id, created_at, attempts
		FROM outbox
		WHERE topic = $1 AND ($2 = '' OR group_key = $2) AND delivered_at IS NULL AND due_at <= now()
		ORDER BY message_id LIMIT $3`, topic, group, limit)
	if err != nil {
		return nil, explain(err, "listing what is to be delivered of %s", topic)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (outbox.Message, error) {
		var message outbox.Message
		err := row.Scan(&message.ID, &message.Topic, &message.Group, &message.Key, (*[]byte)(&message.Payload),
			&message.CorrelationID, scannedInstant{&message.CreatedAt}, &message.Attempts)
		return message, err
	})
	return list, explain(err, "listing what is to be delivered of %s", topic)
}

// Delivered marks a message as delivered. The row stays, as the record of what left the house.
func (o *Outbox) Delivered(ctx context.Context, id int64) error {
	_, err := o.db.Exec(ctx, `UPDATE outbox SET delivered_at = now(), attempts = attempts + 1, last_error = ''
		WHERE message_id = $1 AND delivered_at IS NULL`, id)
	return explain(err, "marking message %d as delivered", id)
}

// Failed records a failed delivery; the message is due again at retryAt.
func (o *Outbox) Failed(ctx context.Context, id int64, reason string, retryAt time.Time) error {
	_, err := o.db.Exec(ctx, `UPDATE outbox SET attempts = attempts + 1, last_error = $2, due_at = $3
		WHERE message_id = $1 AND delivered_at IS NULL`, id, reason, retryAt)
	return explain(err, "recording the failed delivery of message %d", id)
}

// addMessages adds messages in one statement and in their order; what is known by topic and key is
// left as it is. On a transaction they commit with what they announce.
func addMessages(ctx context.Context, db DB, messages []outbox.Message) error {
	if len(messages) == 0 {
		return nil
	}
	columns := make([][]string, 5)
	for _, message := range messages {
		for i, value := range []string{message.Topic, message.Group, message.Key, string(message.Payload), message.CorrelationID} {
			columns[i] = append(columns[i], value)
		}
	}
	_, err := db.Exec(ctx, `INSERT INTO outbox (topic, group_key, message_key, payload, correlation_id)
		SELECT topic, group_key, message_key, payload::jsonb, correlation_id
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
			WITH ORDINALITY m (topic, group_key, message_key, payload, correlation_id, place)
		ORDER BY place ON CONFLICT (topic, message_key) DO NOTHING`,
		columns[0], columns[1], columns[2], columns[3], columns[4])
	return err
}
