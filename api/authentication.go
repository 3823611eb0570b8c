package api

import (
	"context"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Authenticator says whom a bearer token names. A token that proves nothing is an Unauthenticated
// error.
type Authenticator interface {
	Verify(ctx context.Context, token string) (approval.Actor, error)
}

type actorKey struct{}

// actorOf returns the authenticated caller of a request, or the zero Actor on open routes.
func actorOf(ctx context.Context) approval.Actor {
	actor, _ := ctx.Value(actorKey{}).(approval.Actor)
	return actor
}

// authenticate puts the caller that the bearer token names into the request's context; a tenant's
// requests carry the tenant on to every call that they cause.
func authenticate(table operations, authenticator Authenticator, strangers *callers) gin.HandlerFunc {
	return func(c *gin.Context) {
		if described := table.of(c); described != nil && described.anonymous {
			c.Next()
			return
		}
		actor, err := verifyBearer(c, authenticator, strangers)
		if err != nil {
			fail(c, err)
			return
		}
		ctx := context.WithValue(c.Request.Context(), actorKey{}, actor)
		if actor.TenantID != "" {
			ctx = correlation.WithTenant(ctx, actor.TenantID)
		}
		c.Request = c.Request.WithContext(ctx)
		c.Next()
	}
}

// verifyBearer returns the caller that the bearer token names. Requests that prove nothing use up the
// allowance of their address among strangers, so that nobody can try tokens without end; others behind
// the same address, whose tokens are good, are not held up by that.
func verifyBearer(c *gin.Context, authenticator Authenticator, strangers *callers) (approval.Actor, error) {
	actor, err := readBearer(c, authenticator)
	if err != nil {
		if refusal := strangers.check("address "+c.RemoteIP(), time.Now()); refusal != nil {
			return approval.Actor{}, refusal
		}
	}
	return actor, err
}

func readBearer(c *gin.Context, authenticator Authenticator) (approval.Actor, error) {
	scheme, token, found := strings.Cut(c.GetHeader("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return approval.Actor{}, fault.New(fault.Unauthenticated, "the request carries no bearer token; send it as Authorization: Bearer TOKEN")
	}
	return authenticator.Verify(c.Request.Context(), strings.TrimSpace(token))
}
