package api

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"go.temporal.io/sdk/converter"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// codecReaders may read what workflows were given and returned.
var codecReaders = []approval.Role{
	approval.RoleOperator, approval.RoleFinanceApprover, approval.RoleSecurityApprover, approval.RoleAuditor,
}

// CodecOptions open the decryption of workflow payloads to the Temporal UI and CLI, which speak
// Temporal's remote codec protocol. It is not part of the OpenAPI document: Temporal defines it.
type CodecOptions struct {
	Codec converter.PayloadCodec
	// Origins are the browser origins of the Temporal UI, such as http://127.0.0.1:8233; no other
	// page may read answers. None closes the routes.
	Origins []string
	// TrustLocalOrigin lets the UI at one of Origins decode without a token when it calls from this
	// machine, as on a development stack; elsewhere every call needs a bearer token.
	TrustLocalOrigin bool
}

// mountCodec serves POST /codec/decode and /codec/encode.
func mountCodec(router *gin.Engine, options CodecOptions, authenticator Authenticator, strangers *callers) {
	if options.Codec == nil || len(options.Origins) == 0 {
		return
	}
	handler := converter.NewPayloadCodecHTTPHandler(options.Codec)
	routes := router.Group("/codec", allowOrigins(options.Origins))
	routes.OPTIONS("/*operation", func(c *gin.Context) { c.Status(http.StatusNoContent) })
	routes.POST("/*operation", authorizeCodec(options, authenticator, strangers), func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, codecBodyLimit)
		handler.ServeHTTP(c.Writer, c.Request)
	})
}

// codecBodyLimit is beyond what one page of a history holds in the UI.
const codecBodyLimit = 8 << 20

// allowOrigins answers the browser's question whether the Temporal UI may call here.
func allowOrigins(origins []string) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Header("Vary", "Origin")
		if origin := c.GetHeader("Origin"); slices.Contains(origins, origin) {
			c.Header("Access-Control-Allow-Origin", origin)
			c.Header("Access-Control-Allow-Methods", "POST, OPTIONS")
			c.Header("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Namespace, Authorization-Extras")
			c.Header("Access-Control-Allow-Credentials", "true")
			c.Header("Access-Control-Max-Age", "600")
		}
		c.Next()
	}
}

func authorizeCodec(options CodecOptions, authenticator Authenticator, strangers *callers) gin.HandlerFunc {
	return func(c *gin.Context) {
		if options.TrustLocalOrigin && c.GetHeader("Authorization") == "" &&
			slices.Contains(options.Origins, c.GetHeader("Origin")) && isLoopback(c.RemoteIP()) && isLoopbackHost(c.Request.Host) {
			c.Next()
			return
		}
		actor, err := verifyBearer(c, authenticator, strangers)
		if err == nil && !slices.ContainsFunc(codecReaders, actor.Has) {
			err = fault.New(fault.Forbidden, "%s may not read workflow payloads", actor.Subject)
		}
		if err != nil {
			fail(c, err)
			return
		}
		c.Next()
	}
}
