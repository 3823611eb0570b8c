package foresight

import (
	"context"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// measured is what a night forecasts some series from.
type measured struct {
	// keys are the series that go on.
	keys   []Key
	hours  map[Key][]Hour
	terms  map[Key]Terms
	events []event.Event
	// stopped names the series that do not.
	stopped []Failure
}

// measured reads what was measured of series, and what is stated of them.
func (t *Trainer) measured(ctx context.Context, now time.Time, keys []Key) (*measured, error) {
	m := &measured{hours: make(map[Key][]Hour, len(keys))}
	var err error
	if m.terms, err = termsOf(ctx, t.Statements, keys...); err != nil {
		return nil, err
	}
	if m.events, err = eventsOf(ctx, t.Statements); err != nil {
		return nil, err
	}
	for _, key := range keys {
		hours, err := t.Usage.Hours(ctx, key, start(forecast.Daily, now.Add(-Lookback)), now)
		if err != nil {
			return nil, err
		}
		if n := len(hours); n > 0 {
			if err := checkGoesOn(key.Metric, hours[n-1].At, now); err != nil {
				m.stopped = append(m.stopped, failureOf(key, err))
				continue
			}
		}
		m.keys, m.hours[key] = append(m.keys, key), hours
	}
	return m, nil
}

// leaveOut takes out series that one of the night's forecasts could not be made of: the others are not tried,
// which would fail for the same reason.
func (m *measured) leaveOut(failed []Failure) {
	m.keys = slices.DeleteFunc(m.keys, func(key Key) bool {
		return slices.ContainsFunc(failed, func(f Failure) bool { return f.Key == key })
	})
}
