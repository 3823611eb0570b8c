package api

import (
	"context"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/statement"
)

// Options are what operators choose; the zero value limits nothing and links nowhere.
type Options struct {
	RateLimit RateLimit
	// ImportLimit is the largest upload in bytes.
	ImportLimit int64
	// TemporalUI is the base URL of the Temporal UI, for links; empty for none.
	TemporalUI string
	// TemporalNamespace is the namespace that links lead to.
	TemporalNamespace string
	// Chart names the accounts of the general ledger in journals and exports.
	Chart statement.Chart
}

// server implements the generated StrictServerInterface; its methods are in a file per resource.
type server struct {
	Dependencies
	options   Options
	document  []byte
	published publications
	// recalculated keeps what explanations and previews start from.
	recalculated recalculations
	// breakdowns are those that tenants wait for.
	breakdowns breakdowns
}

var _ StrictServerInterface = (*server)(nil)

var releaseMode = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

// New returns the handler of all routes. It fails only when the embedded document and the code do
// not agree.
func New(ctx context.Context, dependencies Dependencies, options Options) (http.Handler, error) {
	document, err := loadDocument(ctx)
	if err != nil {
		return nil, err
	}
	table, err := newOperations(document, options.ImportLimit)
	if err != nil {
		return nil, err
	}
	public, err := publicDocument(document)
	if err != nil {
		return nil, err
	}
	releaseMode()
	implementation := &server{Dependencies: dependencies, options: options, document: public}
	return implementation.router(table), nil //nolint:contextcheck // requests have contexts of their own
}

func (s *server) router(table operations) http.Handler {
	router := gin.New()
	// Handlers read the actor and the correlation id from the request's context through gin's.
	router.ContextWithFallback = true
	router.HandleMethodNotAllowed = true
	// Workflow ids hold colons and may arrive with any character escaped.
	router.UseRawPath, router.UnescapePathValues = true, true
	router.RedirectTrailingSlash, router.RedirectFixedPath = false, false
	router.ForwardedByClientIP = false

	s.Metrics.MustRegister(
		driftMetrics(s.Drift.Figures, s.Logger), closeMetrics(s.Figures, s.Logger),
		outboxMetrics(s.Figures, s.Logger), forecastMetrics(s.Figures, s.Logger),
	)
	router.Use(correlate, otelgin.Middleware("omnicloud-api"), requestMetrics(s.Metrics),
		logRequests(s.Logger), recovery(s.Logger), securityHeaders)
	router.NoRoute(func(c *gin.Context) {
		fail(c, fault.New(fault.NotFound, "there is no route %s; /v1/openapi.json lists them all", c.Request.URL.Path))
	})
	router.NoMethod(func(c *gin.Context) {
		fail(c, fault.New(codeMethodNotAllowed, "%s is not a method of %s; the Allow header lists those there are", c.Request.Method, c.Request.URL.Path))
	})

	strangers := newCallers(s.options.RateLimit)
	mountCodec(router, s.Codec, s.Authenticator, strangers)
	routes := router.Group("",
		authenticate(table, s.Authenticator, strangers), limitRate(s.options.RateLimit, bySubject), authorize(table),
		timeLimit(table), limitBody(table), validate(table),
		s.once().middleware(table))
	routes.GET("/metrics", gin.WrapH(promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})))
	routes.GET("/v1/openapi.json", s.serveDocument)
	routes.POST("/v1/imports", func(c *gin.Context) { s.createImport(c, table.of(c).query) })
	RegisterHandlersWithOptions(routes, NewStrictHandlerWithOptions(s, nil, StrictGinServerOptions{
		RequestErrorHandlerFunc:  fail,
		HandlerErrorFunc:         fail,
		ResponseErrorHandlerFunc: fail,
	}), GinServerOptions{
		ErrorHandler: func(c *gin.Context, err error, _ int) {
			fail(c, fault.Wrap(err, fault.InvalidInput, "a parameter cannot be read: %s", err))
		},
	})
	return router
}

func (s *server) serveDocument(c *gin.Context) {
	c.Header("Cache-Control", "public, max-age=300")
	c.Data(http.StatusOK, "application/json", s.document)
}
