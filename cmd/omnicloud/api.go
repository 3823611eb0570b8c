package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/metrics"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/token"
)

// apiCommand serves the REST API until it is told to stop.
type apiCommand struct {
	Connections connectionFlags `embed:""`

	APIAddr       string  `name:"api-addr" help:"Address to serve on; port 0 picks a free one." default:"127.0.0.1:8080"`
	TemporalUIURL string  `name:"temporal-ui-url" help:"Base URL of the Temporal UI, for links and for decoding payloads in it." placeholder:"URL"`
	RateLimit     float64 `help:"Requests a second that one caller may make; 0 for no limit." default:"50"`
	RateBurst     int     `help:"Requests that one caller may make at once." default:"200"`
	ImportLimitMB int64   `name:"import-limit-mb" help:"Largest upload in megabytes." default:"2048"`
	LocalUI       bool    `name:"local-ui" help:"Let the Temporal UI decode payloads without a token when it runs in a browser on this machine. For development."`

	GLAccount map[string]string `name:"gl-account" help:"General ledger accounts in journals, as name=account: clearing, tenants (those without one of their own), or a reserved account such as @prepaid." placeholder:"NAME=ACCOUNT"`

	OIDC oidcFlags `embed:"" prefix:"oidc-"`
}

// oidcFlags let people sign in with an OpenID Connect provider beside the tokens of this program.
type oidcFlags struct {
	Issuer      string `help:"OpenID Connect issuer whose tokens are accepted too." placeholder:"URL"`
	Audience    string `help:"Audience that tokens of the issuer must name." placeholder:"NAME"`
	RolesClaim  string `help:"Claim that lists the roles." default:"roles"`
	TenantClaim string `help:"Claim that names the tenant." default:"tenant_id"`
}

// Run wires the handlers and serves until ctx ends.
func (c *apiCommand) Run(ctx context.Context, logger *slog.Logger) error {
	pool, err := postgres.Open(ctx, c.Connections.Database.DatabaseURL, postgres.WithTracing())
	if err != nil {
		return err
	}
	defer pool.Close()
	opened, err := c.Connections.Keys.serve(ctx, logger)
	if err != nil {
		return err
	}
	defer opened.close()
	handler, done, err := c.handler(ctx, pool, opened, logger)
	if err != nil {
		return err
	}
	defer done()
	return serve(ctx, "the API", c.APIAddr, handler, logger)
}

func (c *apiCommand) handler(ctx context.Context, pool *pgxpool.Pool, opened *keys, logger *slog.Logger) (http.Handler, func(), error) {
	tokens, err := opened.tokens(ctx)
	if err != nil {
		return nil, nil, err
	}
	authenticator, err := c.authenticator(ctx, tokens)
	if err != nil {
		return nil, nil, err
	}
	chart, err := statement.DefaultChart().Override(c.GLAccount)
	if err != nil {
		return nil, nil, err
	}
	observed, err := metrics.New()
	if err != nil {
		return nil, nil, err
	}
	if err := observed.WatchPool(pool); err != nil {
		return nil, nil, err
	}
	dependencies, done, err := c.dependencies(ctx, pool, opened, observed, logger)
	if err != nil {
		return nil, nil, err
	}
	dependencies.Authenticator, dependencies.Signer = authenticator, token.NewDecisions(tokens)
	handler, err := api.New(ctx, dependencies, api.Options{
		RateLimit:         api.RateLimit{PerSecond: c.RateLimit, Burst: c.RateBurst},
		ImportLimit:       c.ImportLimitMB << 20,
		TemporalUI:        c.TemporalUIURL,
		TemporalNamespace: c.Connections.Temporal.TemporalNamespace,
		Chart:             chart,
	})
	if err != nil {
		done()
		return nil, nil, err
	}
	return handler, done, nil
}

// authenticator accepts the tokens of this installation and, where an issuer is set, the issuer's.
func (c *apiCommand) authenticator(ctx context.Context, keys *token.Keys) (api.Authenticator, error) {
	own := token.NewBearer(keys)
	if c.OIDC.Issuer == "" {
		return own, nil
	}
	provider, err := token.NewOIDC(ctx, token.OIDCOptions{
		Issuer: c.OIDC.Issuer, Audience: c.OIDC.Audience,
		RolesClaim: c.OIDC.RolesClaim, TenantClaim: c.OIDC.TenantClaim,
	})
	if err != nil {
		return nil, err
	}
	return token.ByIssuer{Own: own, Issuer: c.OIDC.Issuer, Provider: provider}, nil
}
