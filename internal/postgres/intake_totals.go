package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// ChargedTotals implements intake.FrozenInputs.
func (s *Intake) ChargedTotals(ctx context.Context, ref closing.AttemptRef) ([]closing.ChargedTotal, error) {
	totals, err := s.billedTotals(ctx, ref)
	if err != nil {
		return nil, err
	}
	late, err := s.lateTotals(ctx, ref)
	return append(totals, late...), err
}

// lateTotals sums what came late, by the month that it came late for. The control totals that a
// restatement takes over from its base are older than what came late; those that came late too are
// not. Where charges go by their own period, an invoice of this month may hold late charges: they are
// part of its total already.
func (s *Intake) lateTotals(ctx context.Context, ref closing.AttemptRef) ([]closing.ChargedTotal, error) {
	frozen, err := s.frozen(ctx, ref)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT c.billing_account_id, c.invoice_id COLLATE "C", c.currency COLLATE "C", s.period,
			$2 AND NOT EXISTS (SELECT FROM input_slices v WHERE v.slice_id = ANY ($3) AND v.scope = s.scope AND v.status = 'late'),
			sum(c.billed_cost)
		FROM charges c JOIN input_slices s USING (slice_id)
		WHERE c.slice_id = ANY ($1) AND ($2 OR c.billing_period <> $4) GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4`,
		frozen.differences(), frozen.restates, frozen.slices(string(intake.KindInvoices)), ref.Period.String())
	if err != nil {
		return nil, explain(err, "summing what came late for %s of book %s", ref.Period, ref.Book)
	}
	totals, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (total closing.ChargedTotal, err error) {
		err = row.Scan(&total.BillingAccountID, &total.InvoiceID, &total.Currency, scannedMonth{&total.LateOf},
			&total.Apart, scannedNumber{&total.BilledCost})
		return total, err
	})
	return totals, explain(err, "summing what came late for %s of book %s", ref.Period, ref.Book)
}

func (s *Intake) billedTotals(ctx context.Context, ref closing.AttemptRef) ([]closing.ChargedTotal, error) {
	return list(ctx, s, ref, frozenInputs.billed, `
		SELECT billing_account_id, invoice_id COLLATE "C", currency COLLATE "C", sum(billed_cost)
		FROM charges WHERE slice_id = ANY ($1) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
		func(row pgx.CollectableRow) (total closing.ChargedTotal, err error) {
			err = row.Scan(&total.BillingAccountID, &total.InvoiceID, &total.Currency, scannedNumber{&total.BilledCost})
			return total, err
		})
}
