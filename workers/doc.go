// Package workers runs workflows and activities: it registers them by task queue, logs what they do,
// keeps the declared schedules, brings back workflows that were lost, delivers notifications, and
// stops all of it in order.
package workers
