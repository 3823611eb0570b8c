package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Importer takes deliveries in; *intake.Importer is one.
type Importer interface {
	Import(ctx context.Context, request intake.Request) (intake.Report, error)
}

// Reports finds what became of an import; an unknown one is a NotFound error. intake.Store is one.
type Reports interface {
	Report(ctx context.Context, id string) (intake.Report, error)
}

// createImport answers POST /v1/imports. It is no strict handler: the body goes to disk, not into
// memory, and only then is it known what an idempotency key stands for.
func (s *server) createImport(c *gin.Context, known map[string]bool) {
	received, err := receive(c.Request, known)
	defer func() {
		if err := received.remove(); err != nil {
			s.Logger.ErrorContext(c.Request.Context(), "the files of an upload could not be removed", "error", err)
		}
	}()
	if err != nil {
		fail(c, err)
		return
	}
	if key := c.GetHeader(idempotencyHeader); key == "" {
		s.runImport(c, received)
	} else if !correlation.Valid(key) {
		fail(c, fault.Invalid(parameterPrefix+"header "+idempotencyHeader, "the key must be 1 to 128 visible ASCII characters"))
	} else {
		s.once().do(c, received.hash(), func() { s.runImport(c, received) })
	}
}

func (s *server) runImport(c *gin.Context, received *upload) {
	ctx := c.Request.Context()
	request, err := importRequest(received)
	if err != nil {
		fail(c, err)
		return
	}
	request.RequestedBy, request.CorrelationID = actorOf(ctx).Subject, correlation.ID(ctx)
	report, err := s.Importer.Import(ctx, request)
	if err != nil {
		fail(c, err)
		return
	}
	c.Header("Location", "/v1/imports/"+url.PathEscape(report.ID))
	c.JSON(http.StatusCreated, report)
}

func importRequest(received *upload) (intake.Request, error) {
	request := intake.Request{
		Kind:  intake.FileKind(received.fields["kind"]),
		Files: received.open(),
		Name:  received.name(),
	}
	if request.Kind == "" {
		return request, fault.Invalid("/kind", "kind is missing; it says what the file holds, such as focus")
	}
	if text := received.fields["append"]; text != "" {
		appended, err := strconv.ParseBool(text)
		if err != nil {
			return request, fault.Invalid("/append", "append is %.20q; it must be true or false", text)
		}
		request.Append = appended
	}
	if text := received.fields["period"]; text != "" {
		month, err := period.Parse(text)
		if err != nil {
			return request, fault.Invalid("/period", "%s", err)
		}
		request.Options.Period = month
	}
	request.Options.Layout, request.Options.Tenant = received.fields["format"], received.fields["tenant"]
	request.Options.Cluster = intake.ClusterOptions{TenantLabel: received.fields["tenant_label"], MemoryAs: received.fields["memory_as"]}
	if text := received.fields["tenant_names"]; text != "" {
		if err := checkJSON([]byte(text)); err != nil {
			return request, fault.Invalid("/tenant_names", "tenant_names holds no single JSON object of distinct names: %s", err)
		}
		if err := json.Unmarshal([]byte(text), &request.Options.Cluster.TenantNames); err != nil {
			return request, fault.Invalid("/tenant_names", "tenant_names is no JSON object of tenant ids by namespace, such as {\"team-a\":\"acme\"}")
		}
	}
	return request, nil
}

// GetImport shows what became of an import.
func (s *server) GetImport(ctx context.Context, request GetImportRequestObject) (GetImportResponseObject, error) {
	report, err := s.Reports.Report(ctx, request.ImportID)
	if err != nil {
		return nil, err
	}
	return GetImport200JSONResponse(report), nil
}
