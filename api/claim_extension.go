package api

import (
	"context"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/idempotency"
)

// whileHeld works on a request and extends its claim meanwhile: an import may take an hour, and a
// repetition must neither start a second one nor be told that there is none. Where the claim is lost
// all the same, which takes a process that stood still for minutes, the work is cancelled: it is
// somebody else's now.
func (o once) whileHeld(c *gin.Context, claim idempotency.Claim, work func()) {
	whole := c.Request
	ctx, cancel := context.WithCancelCause(whole.Context())
	extending := make(chan struct{})
	go func() {
		defer close(extending)
		o.extend(ctx, claim, cancel)
	}()
	defer func() {
		cancel(nil)
		<-extending
		c.Request = whole
	}()
	c.Request = whole.WithContext(ctx)
	work()
}

// extend runs until the context ends. An extension that fails is tried again with the next one.
func (o once) extend(ctx context.Context, claim idempotency.Claim, lost context.CancelCauseFunc) {
	ticks := time.NewTicker(o.every)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		err := o.store.Extend(ctx, claim)
		switch {
		case err == nil || ctx.Err() != nil:
		case fault.Is(err, fault.Conflict):
			lost(err)
			return
		default:
			o.logger.WarnContext(ctx, "the claim on an idempotency key could not be extended",
				"error", err, "correlation_id", correlation.ID(ctx))
		}
	}
}
