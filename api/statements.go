package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/statementcsv"
	"github.com/omnicloud/omnicloud/internal/statementhtml"
)

// GetStatement shows what a tenant owes for a published month. A tenant that asks for another's
// finds what asking for one that does not exist finds.
func (s *server) GetStatement(ctx context.Context, request GetStatementRequestObject) (GetStatementResponseObject, error) {
	missing := fault.New(fault.NotFound, "there is no such statement")
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) && actor.TenantID != request.TenantID {
		return nil, missing
	}
	published, err := s.publication(ctx, request.Book, request.Period, request.Params.Revision)
	if err != nil {
		return nil, err
	}
	var cells []ledger.Cell
	err = s.readLedger(ctx, func(store ledger.Store) (err error) {
		cells, err = store.Cells(ctx, ledger.Filter{
			Book: request.Book, Period: request.Period, Revision: published.Number, Account: request.TenantID,
		}, ledger.Position{}, tenantCells)
		return err
	})
	if err != nil {
		return nil, err
	}
	made, err := published.Statement(request.TenantID, cells)
	if err != nil {
		return nil, err
	}
	if currency := request.Params.Currency; currency != "" {
		if err := s.convertStatement(ctx, &made, currency); err != nil {
			return nil, err
		}
	}
	return statementAnswer{format: statementFormat(ctx, request.Params.Format), made: made}, nil
}

// convertStatement adds what each line and section comes to in another currency.
func (s *server) convertStatement(ctx context.Context, made *statement.Statement, currency string) error {
	filter := ledger.Filter{Book: made.Book, Period: made.Period, Revision: made.Revision, Account: made.Tenant.ID}
	converted, err := s.convert(ctx, filter, currency)
	if err != nil {
		return err
	}
	for cell, err := range converted.cells(ctx, s.Ledger, filter, ledger.Position{}) {
		if err != nil {
			return err
		}
		made.AddConverted(cell.Cell, cell.source.Conversion, cell.amount)
	}
	return nil
}

// The formats of a statement.
const (
	formatJSON = "json"
	formatCSV  = "csv"
	formatHTML = "html"
)

// statementFormat is the one that was asked for by name, or else by the Accept header.
func statementFormat(ctx context.Context, asked string) string {
	if asked != "" {
		return asked
	}
	c, isGin := ctx.(*gin.Context)
	if !isGin {
		return formatJSON
	}
	switch c.NegotiateFormat(gin.MIMEJSON, "text/csv", gin.MIMEHTML) {
	case "text/csv":
		return formatCSV
	case gin.MIMEHTML:
		return formatHTML
	default:
		return formatJSON
	}
}

// statementAnswer is the answer of GetStatement.
type statementAnswer struct {
	format string
	made   statement.Statement
}

// VisitGetStatementResponse writes the statement in its format.
func (a statementAnswer) VisitGetStatementResponse(w http.ResponseWriter) error {
	name := fmt.Sprintf("statement-%s-%s-%d-%s", a.made.Book, a.made.Period, a.made.Revision, a.made.Tenant.ID)
	header := w.Header()
	header.Set("Vary", "Accept")
	switch a.format {
	case formatCSV:
		header.Set("Content-Type", "text/csv; charset=utf-8")
		header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".csv"))
		return statementcsv.WriteStatement(w, a.made)
	case formatHTML:
		header.Set("Content-Type", "text/html; charset=utf-8")
		header.Set("Content-Disposition", fmt.Sprintf("inline; filename=%q", name+".html"))
		header.Set("Content-Security-Policy", statementhtml.ContentSecurityPolicy)
		return statementhtml.Write(w, a.made)
	default:
		header.Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(a.made)
	}
}

// download is an answer that is streamed as a file. An error after its beginning breaks the
// connection off, so that half a file is not taken for a whole one.
type download struct {
	name        string
	contentType string
	write       func(io.Writer) error
}

func (d download) visit(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", d.contentType)
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", d.name))
	w.WriteHeader(http.StatusOK)
	return d.write(w)
}
