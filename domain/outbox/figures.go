package outbox

import "time"

// Backlog is what waits of a topic to be delivered: how many messages, and since when the oldest does.
type Backlog struct {
	Messages int64
	Since    time.Time
}
