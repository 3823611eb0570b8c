package api

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// writeGrace is how much longer than the work itself an answer may take to reach the caller.
const writeGrace = 10 * time.Second

// timeLimit ends the work of a request that takes too long, and the connection of a caller that
// sends or reads too slowly.
func timeLimit(table operations) gin.HandlerFunc {
	return func(c *gin.Context) {
		limit := table.of(c).timeout
		ctx, cancel := context.WithTimeout(c.Request.Context(), limit)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)

		controller := http.NewResponseController(c.Writer)
		// Writers that know no deadlines, as in tests, have no slow callers either.
		_ = controller.SetReadDeadline(time.Now().Add(limit))
		_ = controller.SetWriteDeadline(time.Now().Add(limit + writeGrace))
		c.Next()
	}
}
