package token

import (
	"context"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// OIDC verifies bearer tokens of an OpenID Connect provider, for installations where people sign
// in elsewhere. Roles and tenant come from claims of the token.
type OIDC struct {
	verifier    *oidc.IDTokenVerifier
	rolesClaim  string
	tenantClaim string
}

// OIDCOptions name the provider and the claims to read.
type OIDCOptions struct {
	// Issuer is the provider's URL; its discovery document is read at start.
	Issuer string
	// Audience is what the token's aud claim must contain.
	Audience string
	// RolesClaim holds a list of role names, "roles" where empty. Names that are no role of this
	// product are ignored: a provider's groups serve other programs too.
	RolesClaim string
	// TenantClaim holds the tenant id of callers with the role tenant, "tenant_id" where empty.
	TenantClaim string
}

// NewOIDC reads the provider's discovery document. A provider that does not answer is an
// Unavailable error.
func NewOIDC(ctx context.Context, options OIDCOptions) (*OIDC, error) {
	if options.Audience == "" {
		return nil, fault.New(fault.InvalidInput, "an OpenID Connect issuer needs an audience; without one, tokens for other programs would be accepted")
	}
	provider, err := oidc.NewProvider(ctx, options.Issuer)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "reading the OpenID Connect discovery document of %s failed", options.Issuer)
	}
	verifier := provider.Verifier(&oidc.Config{
		ClientID: options.Audience,
		// Signatures by shared secret and "none" stay out, whatever the provider's document offers.
		SupportedSigningAlgs: []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.EdDSA},
		Now:                  time.Now,
	})
	return &OIDC{
		verifier:    verifier,
		rolesClaim:  orDefault(options.RolesClaim, "roles"),
		tenantClaim: orDefault(options.TenantClaim, "tenant_id"),
	}, nil
}

// Verify returns whom a token of the provider names; see Bearer.Verify.
func (o *OIDC) Verify(ctx context.Context, text string) (approval.Actor, error) {
	verified, err := o.verifier.Verify(ctx, text)
	if err != nil {
		return approval.Actor{}, fault.Wrap(err, fault.Unauthenticated, "the token is not a valid token of the configured issuer")
	}
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return approval.Actor{}, fault.Wrap(err, fault.Unauthenticated, "the claims of the token cannot be read")
	}
	tenantID, _ := claims[o.tenantClaim].(string)
	return newActor(verified.Subject, knownRoles(claims[o.rolesClaim]), tenantID)
}

func knownRoles(claim any) []string {
	list, _ := claim.([]any)
	var names []string
	for _, item := range list {
		name, _ := item.(string)
		if _, err := approval.ParseRole(name); err == nil {
			names = append(names, name)
		}
	}
	return names
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
