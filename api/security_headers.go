package api

import "github.com/gin-gonic/gin"

// securityHeaders keeps browsers from guessing types, framing answers and caching other people's
// money. Answers that may be cached say so themselves.
func securityHeaders(c *gin.Context) {
	header := c.Writer.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	c.Next()
}
