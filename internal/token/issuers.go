package token

import (
	"context"

	"github.com/golang-jwt/jwt/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
)

// ByIssuer accepts tokens of this installation and of an OpenID Connect provider. The token's own
// word about its issuer only chooses who verifies it.
type ByIssuer struct {
	Own      *Bearer
	Issuer   string
	Provider *OIDC
}

// Verify returns whom a token names; see Bearer.Verify.
func (b ByIssuer) Verify(ctx context.Context, text string) (approval.Actor, error) {
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(text, &claims); err == nil && claims.Issuer == b.Issuer {
		return b.Provider.Verify(ctx, text)
	}
	return b.Own.Verify(ctx, text)
}
