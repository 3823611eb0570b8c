package api

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// limitBody refuses bodies beyond the operation's limit: at once where the length is declared, else
// when the reading reaches it.
func limitBody(table operations) gin.HandlerFunc {
	return func(c *gin.Context) {
		limit := table.of(c).bodyLimit
		if c.Request.ContentLength > limit {
			// The body is not read: a caller that goes on sending is cut off.
			c.Header("Connection", "close")
			fail(c, fault.New(fault.TooLarge, "the body is larger than %d bytes", limit))
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
		c.Next()
	}
}
