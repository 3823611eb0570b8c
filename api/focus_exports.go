package api

import (
	"context"
	"io"
	"iter"
	"net/http"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/focusexport"
)

// ExportFocusCSV streams the cells of a revision as FOCUS rows.
func (s *server) ExportFocusCSV(ctx context.Context, request ExportFocusCSVRequestObject) (ExportFocusCSVResponseObject, error) {
	revisions, err := s.revisionsUpTo(ctx, request.Book, request.Period, request.Params.Revision, request.Params.Deltas)
	if err != nil {
		return nil, err
	}
	return focusCSVExport{download{
		name: exportName("focus", last(revisions), "csv"), contentType: contentTypeCSV,
		write: func(w io.Writer) error { return focusexport.WriteCSV(w, s.focusRows(ctx, revisions)) },
	}}, nil
}

type focusCSVExport struct{ download }

// VisitExportFocusCSVResponse streams the file.
func (e focusCSVExport) VisitExportFocusCSVResponse(w http.ResponseWriter) error { return e.visit(w) }

// ExportFocusParquet streams the same rows as Parquet. They are read twice: what decimals a file needs
// is written at its beginning.
func (s *server) ExportFocusParquet(ctx context.Context, request ExportFocusParquetRequestObject) (ExportFocusParquetResponseObject, error) {
	revisions, err := s.revisionsUpTo(ctx, request.Book, request.Period, request.Params.Revision, request.Params.Deltas)
	if err != nil {
		return nil, err
	}
	fit, err := focusexport.FitDecimals(s.focusRows(ctx, revisions))
	if err != nil {
		return nil, err
	}
	return focusParquetExport{download{
		name: exportName("focus", last(revisions), "parquet"), contentType: "application/vnd.apache.parquet",
		write: func(w io.Writer) error { return focusexport.WriteParquet(w, fit, s.focusRows(ctx, revisions)) },
	}}, nil
}

type focusParquetExport struct{ download }

// VisitExportFocusParquetResponse streams the file.
func (e focusParquetExport) VisitExportFocusParquetResponse(w http.ResponseWriter) error {
	return e.visit(w)
}

// revisionsUpTo gathers all revisions up to one, 0 for the latest, or where only changes are wanted that
// one alone.
func (s *server) revisionsUpTo(ctx context.Context, book string, month period.Period, number int, deltas bool) ([]*statement.Publication, error) {
	asked, err := s.publication(ctx, book, month, number)
	if err != nil || deltas {
		return []*statement.Publication{asked}, err
	}
	var revisions []*statement.Publication
	for earlier := 1; earlier < asked.Number; earlier++ {
		published, err := s.publication(ctx, book, month, earlier)
		if err != nil {
			return nil, err
		}
		revisions = append(revisions, published)
	}
	return append(revisions, asked), nil
}

// focusRows yields the rows of revisions one after the other. It can be ranged over again.
func (s *server) focusRows(ctx context.Context, revisions []*statement.Publication) iter.Seq2[statement.FocusRow, error] {
	return func(yield func(statement.FocusRow, error) bool) {
		for _, published := range revisions {
			ref := published.Ref()
			added := s.Ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt)
			corrected, err := s.correctedSums(ctx, published)
			if err != nil {
				yield(statement.FocusRow{}, err)
				return
			}
			for row, err := range published.FocusRows(s.options.Chart, corrected, added) {
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// correctedSums places the charges of a close again that correct what was billed before. All of a
// restatement is a correction.
func (s *server) correctedSums(ctx context.Context, published *statement.Publication) (*statement.CorrectedSums, error) {
	if published.Number > 1 {
		return nil, nil
	}
	calculation, err := s.frozenCalculation(ctx, published.Ref())
	if err != nil {
		return nil, err
	}
	corrected := &statement.CorrectedSums{}
	return corrected, calculation.Corrections(ctx, func(part *allocation.PlacedPart) { corrected.Add(published.Period, part) })
}

func last(revisions []*statement.Publication) *statement.Publication {
	return revisions[len(revisions)-1]
}
