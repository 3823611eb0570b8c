package api

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/correlation"
)

// logRequests writes one line per request, after it: errors of this program as errors with their
// causes, what callers got wrong as information. Health checks are logged only when they fail.
func logRequests(logger *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		began := time.Now()
		// Deferred, since an answer that is broken off leaves by a panic.
		defer func() { logRequest(c, logger, time.Since(began)) }()
		c.Next()
	}
}

func logRequest(c *gin.Context, logger *slog.Logger, took time.Duration) {
	status := c.Writer.Status()
	if status < http.StatusBadRequest && (c.FullPath() == "/healthz" || c.FullPath() == "/readyz" || c.FullPath() == "/metrics") {
		return
	}
	ctx := c.Request.Context()
	attributes := []any{
		"method", c.Request.Method, "path", c.Request.URL.Path, "route", c.FullPath(),
		"status", status, "bytes", c.Writer.Size(), "took", took.Round(time.Microsecond),
		"correlation_id", correlation.ID(ctx), "subject", actorOf(ctx).Subject,
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if len(c.Errors) > 0 {
		attributes = append(attributes, "error", c.Errors.Last().Err)
	}
	logger.Log(ctx, level, "request", attributes...)
}
