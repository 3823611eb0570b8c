package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/token"
)

const (
	// headerTimeout ends connections that never finish their first line; idleTimeout those kept
	// open between requests. The time of a request itself is bounded per operation.
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	// drainTimeout is how long requests under way may go on after the signal to stop.
	drainTimeout = 15 * time.Second
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
	handler, done, err := c.handler(ctx, pool, logger)
	if err != nil {
		return err
	}
	defer done()
	return serve(ctx, c.APIAddr, handler, logger)
}

func (c *apiCommand) handler(ctx context.Context, pool *pgxpool.Pool, logger *slog.Logger) (http.Handler, func(), error) {
	keys, err := c.Connections.Keys.tokens()
	if err != nil {
		return nil, nil, err
	}
	authenticator, err := c.authenticator(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	chart, err := statement.DefaultChart().Override(c.GLAccount)
	if err != nil {
		return nil, nil, err
	}
	dependencies, done, err := c.dependencies(pool, logger)
	if err != nil {
		return nil, nil, err
	}
	dependencies.Authenticator, dependencies.Signer = authenticator, token.NewDecisions(keys)
	dependencies.Metrics = prometheus.NewRegistry()
	dependencies.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
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

// serve answers until ctx ends, and then lets the requests under way finish.
func serve(ctx context.Context, address string, handler http.Handler, logger *slog.Logger) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	logger.Info("the API is ready", "address", "http://"+listener.Addr().String())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if err := server.Shutdown(draining); err != nil {
		logger.Warn("requests were cut off at shutdown", "error", err)
		_ = server.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
