package api

import (
	"math"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// RateLimit bounds the requests of one caller.
type RateLimit struct {
	// PerSecond is the lasting rate, Burst how many requests may come at once. A zero rate limits
	// nothing.
	PerSecond float64
	Burst     int
}

// idleAfter is how long a caller's allowance is remembered; by then it is full again.
const idleAfter = 10 * time.Minute

// callers holds the allowance of each caller. Safe for concurrent use.
type callers struct {
	limit RateLimit

	mutex sync.Mutex
	seen  map[string]*caller
	swept time.Time
}

type caller struct {
	limiter *rate.Limiter
	last    time.Time
}

func newCallers(limit RateLimit) *callers {
	return &callers{limit: limit, seen: map[string]*caller{}}
}

// check uses up one request of a caller's allowance, or returns a RateLimited error that says when there
// is one again.
func (a *callers) check(name string, now time.Time) error {
	if a.limit.PerSecond <= 0 {
		return nil
	}
	wait, allowed := a.take(name, now)
	if allowed {
		return nil
	}
	refusal := fault.New(fault.RateLimited, "more than %g requests a second; slow down", a.limit.PerSecond)
	refusal.RetryAfter = wait
	return refusal
}

// take uses up one request of a caller's allowance, or returns after how long there is one.
func (a *callers) take(name string, now time.Time) (wait time.Duration, allowed bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.sweep(now)
	known, found := a.seen[name]
	if !found {
		known = &caller{limiter: rate.NewLimiter(rate.Limit(a.limit.PerSecond), a.limit.Burst)}
		a.seen[name] = known
	}
	known.last = now
	if known.limiter.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - known.limiter.TokensAt(now)
	return time.Duration(math.Ceil(missing / a.limit.PerSecond * float64(time.Second))), false
}

// sweep forgets idle callers, so that made-up names cannot fill the memory.
func (a *callers) sweep(now time.Time) {
	if now.Sub(a.swept) < idleAfter {
		return
	}
	a.swept = now
	for name, known := range a.seen {
		if now.Sub(known.last) >= idleAfter {
			delete(a.seen, name)
		}
	}
}

// limitRate refuses callers beyond their allowance with 429 and Retry-After. Callers are told apart
// by subject, so that many people behind one address do not share an allowance; on open routes by
// address.
func limitRate(limit RateLimit, name func(*gin.Context) string) gin.HandlerFunc {
	allowances := newCallers(limit)
	return func(c *gin.Context) {
		if err := allowances.check(name(c), time.Now()); err != nil {
			fail(c, err)
			return
		}
		c.Next()
	}
}

func bySubject(c *gin.Context) string {
	if actor := actorOf(c.Request.Context()); actor.Subject != "" {
		return "subject " + actor.Subject
	}
	return "address " + c.RemoteIP()
}
