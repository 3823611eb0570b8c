package devstack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// The pause before a dead child is started again doubles from restartFirst to restartMost, and
// begins anew once a child has lived for restartCalm: quick for a single kill, gentle where the
// cause stays, such as a full disk.
const (
	restartFirst = 100 * time.Millisecond
	restartMost  = 10 * time.Second
	restartCalm  = time.Minute
)

// Supervisor starts children, restarts those that die and stops them all in reverse order. Its
// methods are safe for concurrent use.
type Supervisor struct {
	folder *Folder
	log    *slog.Logger

	mutex    sync.Mutex
	keepers  []*keeper
	stopping bool

	hurried chan struct{} // closed when no child is given time any more
	hurry   func()
}

// NewSupervisor supervises children whose logs and pid files go into the folder.
func NewSupervisor(folder *Folder, log *slog.Logger) *Supervisor {
	hurried := make(chan struct{})
	return &Supervisor{folder: folder, log: log, hurried: hurried, hurry: sync.OnceFunc(func() { close(hurried) })}
}

// keeper watches over one child.
type keeper struct {
	child *Child
	stop  chan struct{}
	done  chan struct{}
}

// Start starts a child and returns when it is ready; from then on it is restarted whenever it
// dies, until Stop. A child that dies before it is ready is an error with its last words.
func (s *Supervisor) Start(ctx context.Context, child Child) error {
	ctx, cancel := context.WithTimeout(ctx, child.readyWithin())
	defer cancel()
	kept, err := s.register(&child)
	if err != nil {
		return err
	}
	go func() {
		select {
		case <-kept.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	running, err := s.firstRun(ctx, &child)
	if err != nil {
		close(kept.done)
		return err
	}
	go s.keep(kept, running) //nolint:contextcheck // a child outlives the context of its start
	return nil
}

// register reserves the child's place in the order of stopping.
func (s *Supervisor) register(child *Child) (*keeper, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.stopping {
		return nil, context.Canceled
	}
	kept := &keeper{child: child, stop: make(chan struct{}), done: make(chan struct{})}
	s.keepers = append(s.keepers, kept)
	return kept, nil
}

// firstRun brings the child up, again where it fails for a cause that passes.
func (s *Supervisor) firstRun(ctx context.Context, child *Child) (*process, error) {
	for {
		running, err := s.folder.launch(child) //nolint:contextcheck // a child outlives the context of its start
		if err != nil {
			return nil, err
		}
		err = s.awaitReady(ctx, child, running)
		if err == nil {
			return running, nil
		}
		words := running.lastWords()
		running.stop(child.stopSignal(), child.stopGrace(), s.hurried)
		_ = os.Remove(s.folder.pidPath(child.Name))
		var died *earlyExitError
		if !errors.As(err, &died) || child.Transient == nil || !child.Transient(words) || !pause(ctx, restartFirst) {
			return nil, err
		}
	}
}

// earlyExitError is a child that ended before it was ready.
type earlyExitError struct{ message string }

// Error says which child ended, its last words, and where its log is.
func (e *earlyExitError) Error() string { return e.message }

func (s *Supervisor) awaitReady(ctx context.Context, child *Child, running *process) error {
	ticker := time.NewTicker(pollEvery)
	defer ticker.Stop()
	var last error
	for {
		select {
		case <-running.exited:
			return &earlyExitError{fmt.Sprintf("%s did not start: %s (log: %s)", child.Name, s.why(running), running.logPath)}
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.Canceled) {
				return ctx.Err()
			}
			return fmt.Errorf("%s was not ready within %s (%w); its log is %s", child.Name, child.readyWithin(), last, running.logPath)
		case <-ticker.C:
			if last = child.Ready(ctx); last == nil {
				return nil
			}
		}
	}
}

func (s *Supervisor) why(ended *process) string {
	if words := strings.TrimPrefix(ended.lastWords(), "omnicloud: "); words != "" {
		return words
	}
	return exitReason(ended)
}

func exitReason(ended *process) string {
	if ended.failure == nil {
		return "exit status 0"
	}
	return ended.failure.Error()
}

// keep restarts the child whenever it dies, until it is told to stop.
func (s *Supervisor) keep(kept *keeper, running *process) {
	defer close(kept.done)
	delay := restartFirst
	for {
		if running != nil {
			select {
			case <-kept.stop:
				running.stop(kept.child.stopSignal(), kept.child.stopGrace(), s.hurried)
				_ = os.Remove(s.folder.pidPath(kept.child.Name))
				return
			case <-running.exited:
			}
			if time.Since(running.started) > restartCalm {
				delay = restartFirst
			}
			s.log.Warn("a process died and is started again", "role", kept.child.Name, "reason", exitReason(running), "after", delay)
		}
		select {
		case <-kept.stop:
			_ = os.Remove(s.folder.pidPath(kept.child.Name))
			return
		case <-time.After(delay):
		}
		delay = min(2*delay, restartMost)
		var err error
		if running, err = s.folder.launch(kept.child); err != nil {
			s.log.Error("a process cannot be started again", "role", kept.child.Name, "error", err)
		}
	}
}

// Stop stops every child, the last started first, and returns when all have ended. It may be
// called more than once and while a Start is under way, which then fails.
func (s *Supervisor) Stop() {
	s.mutex.Lock()
	keepers := s.keepers
	s.keepers, s.stopping = nil, true
	s.mutex.Unlock()
	for i := len(keepers) - 1; i >= 0; i-- {
		close(keepers[i].stop)
		<-keepers[i].done
	}
}

// Hurry has every Stop, also one under way, kill children rather than wait for them.
func (s *Supervisor) Hurry() { s.hurry() }

// pause waits and reports whether the context still lives.
func pause(ctx context.Context, wait time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}
