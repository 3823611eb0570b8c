package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/omnicloud/omnicloud/domain/ledger"
)

// exportPage is how many cells are in memory at a time.
const exportPage = 5000

var cellColumns = []string{"book", "period", "revision", "stage", "pool_id", "tenant_id", "currency", "amount"}

// ExportAllocations streams all cells of a result as CSV.
func (s *server) ExportAllocations(ctx context.Context, request ExportAllocationsRequestObject) (ExportAllocationsResponseObject, error) {
	filter, visible, err := s.resultFilter(ctx, resultQuery{
		book: request.Book, month: request.Period, revision: request.Params.Revision, deltas: request.Params.Deltas,
		pool: request.Params.Pool, account: request.Params.Tenant, transfers: request.Params.Transfers,
	})
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("allocations-%s-%s.csv", request.Book, request.Period)
	if request.Params.Currency != "" {
		return s.exportConverted(ctx, name, filter, visible, request.Params.Currency)
	}
	return cellExport{name: name, columns: cellColumns, write: func(w *csv.Writer) error {
		if !visible {
			return nil
		}
		return s.readLedger(ctx, func(store ledger.Store) error { return writeCells(ctx, store, filter, w) })
	}}, nil
}

// convertedColumns are beside those of the cell: what it comes to, and the rate of base in quote by which.
var convertedColumns = []string{"converted_currency", "converted_amount", "rate_base", "rate_quote", "rate", "rate_as_of"}

// exportConverted streams cells with what they come to in another currency.
func (s *server) exportConverted(ctx context.Context, name string, filter ledger.Filter, visible bool, currency string) (ExportAllocationsResponseObject, error) {
	export := cellExport{name: name, columns: slices.Concat(cellColumns, convertedColumns)}
	if !visible {
		export.write = func(*csv.Writer) error { return nil }
		return export, nil
	}
	converted, err := s.convert(ctx, filter, currency)
	if err != nil {
		return nil, err
	}
	export.write = func(w *csv.Writer) error {
		for cell, err := range converted.cells(ctx, s.Ledger, filter, ledger.Position{}) {
			if err != nil {
				return err
			}
			if err := w.Write(convertedRow(cell)); err != nil {
				return err
			}
		}
		return nil
	}
	return export, nil
}

// convertedRow has no rate where the cell is in the currency already.
func convertedRow(cell convertedCell) []string {
	row := append(cellRow(cell.Cell), cell.source.To, cell.amount.String())
	if rate := cell.source.Rate; rate != nil {
		return append(row, rate.Base, rate.Quote, rate.Rate.String(), rate.AsOf.UTC().Format(time.RFC3339))
	}
	return append(row, "", "", "", "")
}

// cellExport is the answer of ExportAllocations. An error after its beginning breaks the connection
// off, so that half a file is not taken for a whole one.
type cellExport struct {
	name    string
	columns []string
	write   func(*csv.Writer) error
}

// VisitExportAllocationsResponse writes header and cells.
func (e cellExport) VisitExportAllocationsResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", e.name))
	w.WriteHeader(http.StatusOK)
	out := csv.NewWriter(w)
	if err := out.Write(e.columns); err != nil {
		return err
	}
	if err := e.write(out); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func writeCells(ctx context.Context, store ledger.Store, filter ledger.Filter, out *csv.Writer) error {
	var after ledger.Position
	for {
		cells, err := store.Cells(ctx, filter, after, exportPage)
		if err != nil {
			return err
		}
		for _, cell := range cells {
			if err := out.Write(cellRow(cell)); err != nil {
				return err
			}
		}
		if len(cells) < exportPage {
			return nil
		}
		after = positionOf(cells[len(cells)-1])
	}
}

func cellRow(cell ledger.Cell) []string {
	return []string{
		cell.Book, cell.Period.String(), strconv.Itoa(cell.Revision), strconv.Itoa(cell.Stage),
		cell.Pool, cell.Account, cell.Currency, cell.Amount.String(),
	}
}
