package token

import (
	"context"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Bearer mints and verifies the tokens that callers send in the Authorization header.
type Bearer struct {
	keys *Keys
	now  func() time.Time
}

// NewBearer returns a Bearer over the keys of an installation.
func NewBearer(keys *Keys) *Bearer { return &Bearer{keys: keys, now: time.Now} }

type bearerClaims struct {
	jwt.RegisteredClaims
	Roles    []string `json:"roles"`
	TenantID string   `json:"tenant_id,omitempty"`
}

// Mint signs a bearer token for an actor. It refuses an actor that Verify would refuse.
func (b *Bearer) Mint(actor approval.Actor, lifetime time.Duration) (string, error) {
	roles := make([]string, len(actor.Roles))
	for i, role := range actor.Roles {
		roles[i] = string(role)
	}
	if _, err := newActor(actor.Subject, roles, actor.TenantID); err != nil {
		return "", err
	}
	now := b.now()
	return b.keys.sign(bearerType, bearerClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Audience:  jwt.ClaimStrings{bearerAudience},
			Subject:   actor.Subject,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
		Roles:    roles,
		TenantID: actor.TenantID,
	})
}

// Verify returns whom a bearer token names. Every way in which the token can be bad, an unknown
// role included, is an Unauthenticated error.
func (b *Bearer) Verify(_ context.Context, text string) (approval.Actor, error) {
	var claims bearerClaims
	//nolint:contextcheck // keys that are read again serve every caller, so that no one's context may end it
	if err := b.keys.parse(text, bearerType, bearerAudience, b.now, &claims); err != nil {
		return approval.Actor{}, err
	}
	return newActor(claims.Subject, claims.Roles, claims.TenantID)
}

// newActor checks what a token claims. A tenant's token names the tenant and carries no other role:
// one that did would read all tenants' data under a tenant's name.
func newActor(subject string, names []string, tenantID string) (approval.Actor, error) {
	if subject == "" {
		return approval.Actor{}, fault.New(fault.Unauthenticated, "the token names no subject")
	}
	roles := make([]approval.Role, 0, len(names))
	for _, name := range names {
		role, err := approval.ParseRole(name)
		if err != nil {
			return approval.Actor{}, fault.Wrap(err, fault.Unauthenticated, "the token of %s carries an unknown role", subject)
		}
		roles = append(roles, role)
	}
	switch isTenant := slices.Contains(roles, approval.RoleTenant); {
	case len(roles) == 0:
		return approval.Actor{}, fault.New(fault.Unauthenticated, "the token of %s carries no role", subject)
	case isTenant && len(roles) > 1:
		return approval.Actor{}, fault.New(fault.Unauthenticated, "the token of %s carries the role tenant beside others", subject)
	case isTenant && tenancy.CheckID(tenantID) != nil:
		return approval.Actor{}, fault.New(fault.Unauthenticated, "the token of %s carries the role tenant but names no valid tenant_id", subject)
	case !isTenant && tenantID != "":
		return approval.Actor{}, fault.New(fault.Unauthenticated, "the token of %s names a tenant_id without the role tenant", subject)
	}
	return approval.Actor{Subject: subject, Roles: roles, TenantID: tenantID}, nil
}
