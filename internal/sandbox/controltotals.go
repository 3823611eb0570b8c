package sandbox

import (
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// listControlTotals serves what each invoice of a month amounts to. There are few, so that all are
// on one page.
func (s *Sandbox) listControlTotals(w http.ResponseWriter, r *http.Request) error {
	month, err := period.Parse(r.URL.Query().Get("period"))
	if err != nil {
		return err
	}
	rows, err := s.pool.Query(r.Context(), `
		SELECT billing_account_id, invoice_id, currency, coalesce(stated_cost, billed_cost)::text
		FROM sandbox.control_totals WHERE period = $1 ORDER BY billing_account_id, invoice_id, currency`, month.String())
	if err != nil {
		return fmt.Errorf("listing control totals: %w", err)
	}
	totals, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (closing.ControlTotal, error) {
		var total closing.ControlTotal
		var billed string
		if err := row.Scan(&total.BillingAccountID, &total.InvoiceID, &total.Currency, &billed); err != nil {
			return total, err
		}
		total.BilledCost, err = decimal.NewFromString(billed)
		return total, err
	})
	if err != nil {
		return fmt.Errorf("listing control totals: %w", err)
	}
	return writeJSON(w, http.StatusOK, map[string]any{"control_totals": totals, "total": len(totals)})
}

// statement is a control total that billing is made to claim.
type statement struct {
	Period period.Period `json:"period"`
	closing.ControlTotal
}

// stateControlTotal makes billing claim an amount for an invoice that exists, so that a close of
// its period stops and says by how much it is off.
func (s *Sandbox) stateControlTotal(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	var stated statement
	if err := strict(body, &stated); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the body is not a control total with its period")
	}
	changed, err := s.pool.Exec(r.Context(), `
		UPDATE sandbox.control_totals SET stated_cost = $5::numeric
		WHERE period = $1 AND billing_account_id = $2 AND invoice_id = $3 AND currency = $4`,
		stated.Period.String(), stated.BillingAccountID, stated.InvoiceID, stated.Currency, stated.BilledCost.String())
	if err != nil {
		return fmt.Errorf("stating a control total: %w", err)
	}
	if changed.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "there is no invoice %.80q of account %.80q in %s in %s; GET /billing/v1/control-totals lists them",
			stated.InvoiceID, stated.BillingAccountID, stated.Currency, stated.Period)
	}
	return writeJSON(w, http.StatusOK, stated)
}

// restoreControlTotals makes billing tell the truth again.
func (s *Sandbox) restoreControlTotals(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.pool.Exec(r.Context(), "UPDATE sandbox.control_totals SET stated_cost = NULL WHERE stated_cost IS NOT NULL"); err != nil {
		return fmt.Errorf("restoring control totals: %w", err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
