package api

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"

	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/focusexport"
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

// ExportFocusCSV streams the cells of a revision as FOCUS rows.
func (s *server) ExportFocusCSV(ctx context.Context, request ExportFocusCSVRequestObject) (ExportFocusCSVResponseObject, error) {
	file, err := s.focusExport(ctx, request.Book, request.Period, request.Params.Revision, "csv", focusexport.WriteCSV)
	file.contentType = contentTypeCSV
	return focusCSVExport{file}, err
}

type focusCSVExport struct{ download }

// VisitExportFocusCSVResponse streams the file.
func (e focusCSVExport) VisitExportFocusCSVResponse(w http.ResponseWriter) error { return e.visit(w) }

// ExportFocusParquet streams the same rows as Parquet.
func (s *server) ExportFocusParquet(ctx context.Context, request ExportFocusParquetRequestObject) (ExportFocusParquetResponseObject, error) {
	file, err := s.focusExport(ctx, request.Book, request.Period, request.Params.Revision, "parquet", focusexport.WriteParquet)
	file.contentType = "application/vnd.apache.parquet"
	return focusParquetExport{file}, err
}

type focusParquetExport struct{ download }

// VisitExportFocusParquetResponse streams the file.
func (e focusParquetExport) VisitExportFocusParquetResponse(w http.ResponseWriter) error {
	return e.visit(w)
}

// focusExport prepares the rows of a revision for a writer of some format.
func (s *server) focusExport(
	ctx context.Context, book string, month period.Period, number int, format string,
	write func(io.Writer, iter.Seq2[statement.FocusRow, error]) error,
) (download, error) {
	published, err := s.publication(ctx, book, month, number)
	if err != nil {
		return download{}, err
	}
	return download{name: exportName("focus", published, format), write: func(w io.Writer) error {
		bill := s.Ledger.AsOf(ctx, book, month, published.Number, 0)
		return write(w, published.FocusRows(s.options.Chart, bill))
	}}, nil
}

func exportName(what string, published *statement.Publication, format string) string {
	return fmt.Sprintf("%s-%s-%s-%d.%s", what, published.Book.ID, published.Period, published.Number, format)
}
