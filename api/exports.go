package api

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/statementcsv"
)

const contentTypeCSV = "text/csv; charset=utf-8"

// ExportJournal streams the double entry of a revision.
func (s *server) ExportJournal(ctx context.Context, request ExportJournalRequestObject) (ExportJournalResponseObject, error) {
	published, err := s.publication(ctx, request.Book, request.Period, request.Params.Revision)
	if err != nil {
		return nil, err
	}
	return journalExport{download{
		name: exportName("journal", published, "csv"), contentType: contentTypeCSV,
		write: func(w io.Writer) error { return statementcsv.WriteJournal(w, published.Journal(s.options.Chart)) },
	}}, nil
}

type journalExport struct{ download }

// VisitExportJournalResponse streams the file.
func (e journalExport) VisitExportJournalResponse(w http.ResponseWriter) error { return e.visit(w) }

func exportName(what string, published *statement.Publication, format string) string {
	return fmt.Sprintf("%s-%s-%s-%d.%s", what, published.Book.ID, published.Period, published.Number, format)
}
