package vault

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/vault/api"
)

const (
	// The pause before a login is tried again, doubled at each failure up to the longest.
	shortestPause = time.Second
	longestPause  = 30 * time.Second
)

// keep renews the token and logs in anew where its lease ends, until ctx ends.
func (s *session) keep(ctx context.Context) {
	s.trouble.watched.Store(true)
	pause := shortestPause
	for s.watch(ctx) {
		if !wait(ctx, pause) {
			return
		}
		err := s.authenticate(ctx)
		if ctx.Err() != nil {
			return
		}
		s.trouble.note(err)
		if pause = shortestPause; err != nil {
			pause = min(2*pause, longestPause)
		}
	}
}

// watch renews the token for as long as it can be, and returns whether to log in anew; false is that ctx
// ended. A login that a request made in between is watched from then on.
func (s *session) watch(ctx context.Context) bool {
	for {
		s.mutex.Lock()
		lease := s.lease
		s.mutex.Unlock()
		ended := make(<-chan error)
		stop := func() {}
		if lease.Auth.LeaseDuration > 0 {
			behavior := api.RenewBehaviorErrorOnErrors
			if !lease.Auth.Renewable {
				behavior = api.RenewBehaviorRenewDisabled
			}
			watcher, err := s.client.NewLifetimeWatcher(&api.LifetimeWatcherInput{Secret: lease, RenewBehavior: behavior})
			if err != nil {
				return true
			}
			go watcher.Start()
			ended, stop = watcher.DoneCh(), watcher.Stop
		}
		select {
		case <-ctx.Done():
			stop()
			return false
		case err := <-ended:
			stop()
			s.trouble.logger.Debug("the token for Vault is not renewed any further", "error", err)
			return true
		case <-s.renewed:
			stop()
		}
	}
}

// wait returns false where ctx ends first.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// trouble logs once that Vault stopped to serve, and once that it does again, for a process that goes on
// without it; any other returns the error to whoever started it.
type trouble struct {
	logger  *slog.Logger
	watched atomic.Bool
	mutex   sync.Mutex
	lasts   bool
}

func (t *trouble) note(err error) {
	if !t.watched.Load() {
		return
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case err != nil && !t.lasts:
		t.logger.Warn("Vault does not serve this process; the keys that it read stay in use, and it tries again", "error", err)
	case err == nil && t.lasts:
		t.logger.Info("Vault serves this process again")
	}
	t.lasts = err != nil
}
