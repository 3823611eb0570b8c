package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// recovery turns a panic into a problem document. net/http's own way to abort an answer is let
// through.
func recovery(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			recovered := recover()
			if recovered == nil {
				return
			}
			if err, is := recovered.(error); is && errors.Is(err, http.ErrAbortHandler) {
				panic(recovered)
			}
			ctx := c.Request.Context()
			logger.ErrorContext(ctx, "a handler panicked",
				"panic", fmt.Sprint(recovered), "path", c.Request.URL.Path,
				"correlation_id", correlation.ID(ctx), "stack", string(debug.Stack()))
			fail(c, fault.New(fault.Internal, "the request failed for a reason that only the log holds; look for correlation id %s there", correlation.ID(ctx)))
		}()
		c.Next()
	}
}
