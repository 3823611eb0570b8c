package api

import (
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// authorize lets a request through whose caller holds one of the operation's x-roles.
func authorize(table operations) gin.HandlerFunc {
	return func(c *gin.Context) {
		described := table.of(c)
		if described == nil {
			fail(c, fault.New(fault.Internal, "route %s is not in the OpenAPI document", c.FullPath()))
			return
		}
		if !described.anonymous && !described.recordsRefusals {
			if err := checkRole(described, actorOf(c.Request.Context())); err != nil {
				fail(c, err)
				return
			}
		}
		c.Next()
	}
}

func checkRole(described *operation, actor approval.Actor) error {
	if slices.ContainsFunc(described.roles, actor.Has) {
		return nil
	}
	names := make([]string, len(described.roles))
	for i, role := range described.roles {
		names[i] = string(role)
	}
	return fault.New(fault.Forbidden, "this needs one of the roles %s, which %s does not hold", strings.Join(names, ", "), actor.Subject)
}
