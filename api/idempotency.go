package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/idempotency"
)

const (
	idempotencyHeader = "Idempotency-Key"
	// replayedHeader marks an answer that was given before.
	replayedHeader = "Idempotent-Replayed"
	// settleTimeout bounds keeping an answer, which goes on after the caller has hung up.
	settleTimeout = 5 * time.Second
)

// keptHeaders are the headers that belong to an answer; the others belong to each exchange.
var keptHeaders = []string{"Content-Type", "Location", "ETag"}

// once carries out requests that repeat an idempotency key no more than one time.
type once struct {
	store  idempotency.Store
	logger *slog.Logger
	// every is how often a claim is extended while the work goes on.
	every time.Duration
}

func (s *server) once() once {
	return once{store: s.Idempotency, logger: s.Logger, every: idempotency.ExtendEvery}
}

// middleware covers the operations whose document takes an Idempotency-Key. Uploads are left to
// their handler: their body must not be read into memory.
func (o once) middleware(table operations) gin.HandlerFunc {
	return func(c *gin.Context) {
		described := table.of(c)
		takesKey := described.route.Operation.Parameters.GetByInAndName("header", idempotencyHeader) != nil
		if !takesKey || described.upload || c.GetHeader(idempotencyHeader) == "" {
			c.Next()
			return
		}
		body, err := io.ReadAll(c.Request.Body)
		if err != nil {
			fail(c, err)
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
		o.do(c, hex.EncodeToString(hashOf(body)), c.Next)
	}
}

// do works on a request with a key, or repeats the answer that it had. The answer is kept before it
// is sent: a caller that has it may repeat the request at once.
func (o once) do(c *gin.Context, bodyHash string, work func()) {
	ctx := c.Request.Context()
	claim, replay, err := o.store.Begin(ctx, idempotency.Request{
		Key:   c.GetHeader(idempotencyHeader),
		Actor: actorOf(ctx).Subject,
		Route: c.Request.Method + " " + c.Request.URL.Path,
		Hash:  requestHash(c.Request, bodyHash),
	})
	if err != nil {
		fail(c, err)
		return
	}
	if replay != nil {
		for name, value := range replay.Headers {
			c.Header(name, value)
		}
		c.Header(replayedHeader, "true")
		c.Abort()
		c.Data(replay.Status, replay.Headers["Content-Type"], replay.Body)
		return
	}
	answer := &heldAnswer{ResponseWriter: c.Writer, status: http.StatusOK}
	settled := false
	defer func() {
		c.Writer = answer.ResponseWriter
		if !settled { // a panic is on its way to the recovery
			o.settle(ctx, claim, nil)
		}
	}()
	c.Writer = answer
	o.whileHeld(c, claim, work)
	settled = true
	o.settle(ctx, claim, answer)
	answer.send()
}

// settle keeps an answer, or frees the key where a repetition may have a better one.
func (o once) settle(ctx context.Context, claim idempotency.Claim, answer *heldAnswer) {
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	var err error
	if answer == nil || answer.status >= http.StatusInternalServerError || answer.status == http.StatusTooManyRequests {
		err = o.store.Abandon(lasting, claim)
	} else {
		err = o.store.Finish(lasting, claim, answer.response())
	}
	if err != nil {
		o.logger.ErrorContext(ctx, "the answer under an idempotency key could not be kept",
			"error", err, "correlation_id", correlation.ID(ctx))
	}
}

// requestHash covers everything that changes what a request means.
func requestHash(request *http.Request, bodyHash string) string {
	whole := fmt.Appendf(nil, "%q %q %s", request.URL.RawQuery, request.Header.Get("If-Match"), bodyHash)
	return hex.EncodeToString(hashOf(whole))
}

func hashOf(content []byte) []byte {
	sum := sha256.Sum256(content)
	return sum[:]
}
