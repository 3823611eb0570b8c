package keystore

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// againEvery bounds how often a snapshot is read again: what asks for it, such as the key id of a
	// token, can be anybody's invention.
	againEvery = time.Second
	// againWithin is how long one reading may take.
	againWithin = 5 * time.Second
)

// Snapshot is what was last read of a store. Who misses something in it, such as a key that another
// process made since, has it read again. It is safe for concurrent use.
type Snapshot[T any] struct {
	read   func(context.Context) (T, error)
	latest atomic.Pointer[T]

	again sync.Mutex
	ended time.Time
	err   error
}

// Take reads for the first time.
func Take[T any](ctx context.Context, read func(context.Context) (T, error)) (*Snapshot[T], error) {
	first, err := read(ctx)
	if err != nil {
		return nil, err
	}
	snapshot := &Snapshot[T]{read: read}
	snapshot.latest.Store(&first)
	return snapshot, nil
}

// Latest returns what was read last, at once.
func (s *Snapshot[T]) Latest() T { return *s.latest.Load() }

// Again reads anew and returns what there is now. All callers together cause one reading a second; the
// others are answered with its outcome. Where it fails, what was read before stays the latest.
func (s *Snapshot[T]) Again() (T, error) {
	s.again.Lock()
	defer s.again.Unlock()
	if s.ended.IsZero() || time.Since(s.ended) >= againEvery {
		// What is read serves every caller, so that none of their contexts may end it.
		ctx, cancel := context.WithTimeout(context.Background(), againWithin)
		defer cancel()
		fresh, err := s.read(ctx)
		if err == nil {
			s.latest.Store(&fresh)
		}
		s.ended, s.err = time.Now(), err
	}
	return s.Latest(), s.err
}
