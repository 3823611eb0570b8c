package api

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/correlation"
)

const correlationHeader = "X-Correlation-ID"

// correlate takes the caller's correlation id over, or makes one where there is none or it could
// not travel on in headers and logs, and returns it with the answer.
func correlate(c *gin.Context) {
	id := c.GetHeader(correlationHeader)
	if !correlation.Valid(id) {
		id = uuid.Must(uuid.NewV7()).String()
	}
	c.Request = c.Request.WithContext(correlation.WithID(c.Request.Context(), id))
	c.Header(correlationHeader, id)
	c.Next()
}
