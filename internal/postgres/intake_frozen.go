package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// frozen lists what an attempt froze, or returns a NotFound error; for attempt 0 what stands now.
func (s *Intake) frozen(ctx context.Context, ref closing.AttemptRef) (frozenInputs, error) {
	if ref.Attempt == 0 {
		standing, _, err := s.standing(ctx, ref)
		return standing, err
	}
	frozen := frozenInputs{ref: ref}
	// An attempt that goes on with publishing froze nothing itself: its inputs are those of the
	// attempt whose result it publishes.
	var attempt int
	err := s.pool.QueryRow(ctx, `SELECT manifest ->> 'period_by', ledger_attempt, restates IS NOT NULL FROM close_attempts
		WHERE book = $1 AND period = $2 AND attempt = $3 AND manifest_hash <> ''`,
		ref.Book, ref.Period.String(), ref.Attempt).Scan(&frozen.periodBy, &attempt, &frozen.restates)
	if noRow(err) {
		return frozen, fault.New(fault.NotFound, "attempt %d at %s of book %s has frozen nothing", ref.Attempt, ref.Period, ref.Book)
	}
	if err != nil {
		return frozen, explain(err, "reading what %s of book %s froze", ref.Period, ref.Book)
	}
	rows, err := s.pool.Query(ctx, `SELECT s.slice_id, s.kind, s.period, b.source, s.status = 'difference'
		FROM attempt_inputs i JOIN input_slices s USING (slice_id) JOIN input_batches b USING (batch_id)
		WHERE i.book = $1 AND i.period = $2 AND i.attempt = $3
		ORDER BY s.kind, s.scope, s.content_hash, s.slice_id`, ref.Book, ref.Period.String(), attempt)
	if err == nil {
		frozen.inputs, err = pgx.CollectRows(rows, pgx.RowToStructByPos[frozenSlice])
	}
	return frozen, explain(err, "reading what %s of book %s froze", ref.Period, ref.Book)
}

// list reads rows of an attempt's frozen slices of a kind, whose ids are $1.
func list[Item any](
	ctx context.Context, s *Intake, ref closing.AttemptRef, pick func(frozenInputs) []int64,
	statement string, scan func(pgx.CollectableRow) (Item, error),
) ([]Item, error) {
	frozen, err := s.frozen(ctx, ref)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, statement, pick(frozen))
	if err != nil {
		return nil, explain(err, "reading the frozen inputs of %s of book %s", ref.Period, ref.Book)
	}
	items, err := pgx.CollectRows(rows, scan)
	return items, explain(err, "reading the frozen inputs of %s of book %s", ref.Period, ref.Book)
}

func ofKind(kind intake.Kind) func(frozenInputs) []int64 {
	return func(frozen frozenInputs) []int64 { return frozen.slices(string(kind)) }
}

// ControlTotals implements intake.FrozenInputs.
func (s *Intake) ControlTotals(ctx context.Context, ref closing.AttemptRef) ([]closing.ControlTotal, error) {
	return list(ctx, s, ref, ofKind(intake.KindInvoices), `
		SELECT billing_account_id, invoice_id, currency COLLATE "C", billed_cost
		FROM control_totals WHERE slice_id = ANY ($1) ORDER BY 1, 2, 3, slice_id, row_no`,
		func(row pgx.CollectableRow) (total closing.ControlTotal, err error) {
			err = row.Scan(&total.BillingAccountID, &total.InvoiceID, &total.Currency, scannedNumber{&total.BilledCost})
			return total, err
		})
}

// UsageTotals implements intake.FrozenInputs.
func (s *Intake) UsageTotals(ctx context.Context, ref closing.AttemptRef) ([]intake.UsageTotal, error) {
	return list(ctx, s, ref, ofKind(intake.KindUsage), `
		SELECT u.tenant_id, u.category, u.quantity,
			CASE b.source WHEN 'file' THEN format('import %s (%s)', b.batch_id, b.name) ELSE 'the compute service' END
		FROM (SELECT tenant_id, category, sum(quantity) AS quantity, min(slice_id) AS slice_id
			FROM usage_records WHERE slice_id = ANY ($1) GROUP BY 1, 2) u
		JOIN input_slices s USING (slice_id) JOIN input_batches b USING (batch_id)
		ORDER BY 1, 2`,
		func(row pgx.CollectableRow) (total intake.UsageTotal, err error) {
			err = row.Scan(&total.TenantID, &total.Category, scannedNumber{&total.Quantity}, &total.Source)
			return total, err
		})
}

func scanUsageTotal(row pgx.CollectableRow) (total intake.UsageTotal, err error) {
	err = row.Scan(&total.TenantID, &total.Category, scannedNumber{&total.Quantity})
	return total, err
}

// Usage implements intake.FrozenInputs.
func (s *Intake) Usage(ctx context.Context, ref closing.AttemptRef, use func(*charge.Usage) error) error {
	frozen, err := s.frozen(ctx, ref)
	if err != nil {
		return err
	}
	rows, err := s.pool.Query(ctx, `SELECT tenant_id, category, quantity, started_at, ended_at
		FROM usage_records WHERE slice_id = ANY ($1)
		ORDER BY array_position($1::bigint[], slice_id), row_no`, frozen.slices(string(intake.KindUsage)))
	if err != nil {
		return explain(err, "reading the frozen usage of %s of book %s", ref.Period, ref.Book)
	}
	var usage charge.Usage
	_, err = pgx.ForEachRow(rows, []any{
		&usage.TenantID, &usage.Category,
		scannedNumber{&usage.Quantity},
		scannedInstant{&usage.Start},
		scannedInstant{&usage.End},
	}, func() error { return use(&usage) })
	return explain(err, "reading the frozen usage of %s of book %s", ref.Period, ref.Book)
}

// Tenants implements intake.FrozenInputs.
func (s *Intake) Tenants(ctx context.Context, ref closing.AttemptRef) ([]tenancy.Tenant, error) {
	return list(ctx, s, ref, ofKind(intake.KindTenants), selectTenants("t.slice_id = ANY ($1)"), scanTenant)
}

// selectTenants returns the statement that lists tenants of some slices. Of several rows of one
// tenant, those from files count before those from the service, and newer ones before older ones.
func selectTenants(which string) string {
	return `SELECT DISTINCT ON (t.tenant_id) t.tenant_id, t.name, t.plan, t.active_from, t.active_until, t.weight,
			t.gl_account, t.cost_centre
		FROM tenants t JOIN input_slices s USING (slice_id) JOIN input_batches b USING (batch_id)
		WHERE ` + which + `
		ORDER BY t.tenant_id, b.source = 'service', t.slice_id DESC, t.row_no DESC`
}

func scanTenant(row pgx.CollectableRow) (tenant tenancy.Tenant, err error) {
	err = row.Scan(&tenant.ID, &tenant.Name, &tenant.Plan,
		scannedInstant{&tenant.ActiveFrom}, scannedInstant{&tenant.ActiveUntil}, scannedNumber{&tenant.Weight},
		&tenant.GLAccount, &tenant.CostCentre)
	return tenant, err
}

// Ownership implements intake.FrozenInputs.
func (s *Intake) Ownership(ctx context.Context, ref closing.AttemptRef) ([]tenancy.Ownership, error) {
	return list(ctx, s, ref, ofKind(intake.KindOwnership), `
		SELECT resource_id, tenant_id, project_id, owned_from, owned_until
		FROM ownership WHERE slice_id = ANY ($1) ORDER BY resource_id, owned_from, slice_id, row_no`,
		func(row pgx.CollectableRow) (owned tenancy.Ownership, err error) {
			err = row.Scan(&owned.ResourceID, &owned.TenantID, &owned.ProjectID,
				scannedInstant{&owned.From}, scannedInstant{&owned.Until})
			return owned, err
		})
}

// ExchangeRates implements intake.FrozenInputs. A file that was appended counts before what it was
// appended to.
func (s *Intake) ExchangeRates(ctx context.Context, ref closing.AttemptRef) ([]exchange.Rate, error) {
	return list(ctx, s, ref, ofKind(intake.KindRates), `
		SELECT DISTINCT ON (base, quote) base, quote, rate, as_of
		FROM exchange_rates WHERE slice_id = ANY ($1) ORDER BY base, quote, slice_id DESC, row_no DESC`,
		func(row pgx.CollectableRow) (rate exchange.Rate, err error) {
			err = row.Scan(&rate.Base, &rate.Quote, scannedNumber{&rate.Rate}, scannedInstant{&rate.AsOf})
			return rate, err
		})
}
