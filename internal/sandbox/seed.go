package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// The listings by name.
const (
	listTenants      = "tenants"
	listCharges      = "charges"
	listReservations = "reservations"
	listRates        = "rates"
	listUsage        = "usage"
	listOwnership    = "ownership"
	listResources    = "resources"
	listCapacity     = "capacity"
	listExchange     = "exchange_rates"
)

// seed loads the sample unless this version and seed of it is loaded already. It happens in one
// transaction: a start that is killed in the middle leaves what was there before.
func (s *Sandbox) seed(ctx context.Context, seed uint64) error {
	began := time.Now()
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("loading the sample: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // after a commit it does nothing

	loaded, err := isLoaded(ctx, tx, seed)
	if err != nil || loaded {
		return err
	}
	data := sample.New(seed)
	if err := load(ctx, tx, data); err != nil {
		return fmt.Errorf("loading the sample: %w", err)
	}
	if err := s.loadStates(ctx, data.States); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO sandbox.sample (version, seed) VALUES ($1, $2::numeric)",
		sample.Version, strconv.FormatUint(seed, 10)); err != nil {
		return fmt.Errorf("noting which sample is loaded: %w", err)
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("loading the sample: %w", err)
	}
	s.logger.Info("sample loaded", "seed", seed, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// isLoaded reports whether this very sample is there. Another one is removed, so that a newer program
// or another seed never mixes two samples.
func isLoaded(ctx context.Context, tx pgx.Tx, seed uint64) (bool, error) {
	var version int
	var present string
	err := tx.QueryRow(ctx, "SELECT version, seed::text FROM sandbox.sample").Scan(&version, &present)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading which sample is loaded: %w", err)
	}
	if version == sample.Version && present == strconv.FormatUint(seed, 10) {
		return true, nil
	}
	// What was delivered stays: it belongs to the callers, not to the sample.
	_, err = tx.Exec(ctx, "TRUNCATE sandbox.sample, sandbox.listings, sandbox.control_totals")
	return false, err
}

// load copies the sample into the empty tables: COPY, because `omnicloud dev` waits for it and some
// sixty thousand statements would keep it waiting.
func load(ctx context.Context, tx pgx.Tx, data *sample.Dataset) error {
	l := &loader{numbers: map[[2]string]int64{}}
	for _, tenant := range data.Tenants {
		l.add(listTenants, "", tenant.ID, "", tenant)
	}
	for _, owner := range data.Ownership {
		l.add(listOwnership, "", owner.TenantID, "", owner)
	}
	for _, resource := range data.Resources {
		l.add(listResources, "", resource.TenantID, resource.Type, resource)
	}
	for _, reservation := range data.Reservations {
		l.add(listReservations, "", reservation.TenantID, "", reservation)
	}
	for _, rate := range data.Rates {
		l.add(listRates, "", "", "", rate)
	}
	for _, capacity := range data.Capacity {
		l.add(listCapacity, "", capacity.TenantID, "", capacity)
	}
	var totals [][]any
	for _, month := range data.Months {
		period := month.Period.String()
		for _, charge := range month.Charges {
			l.add(listCharges, period, "", "", charge)
		}
		for _, usage := range month.Usage {
			l.add(listUsage, period, usage.TenantID, "", usage)
		}
		for _, rate := range month.ExchangeRates {
			l.add(listExchange, period, "", "", rate)
		}
		for _, t := range month.ControlTotals {
			totals = append(totals, []any{period, t.BillingAccountID, t.InvoiceID, t.Currency, t.BilledCost.String()})
		}
	}
	if l.err != nil {
		return l.err
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"sandbox", "listings"},
		[]string{"listing", "scope", "row_no", "tenant_id", "resource_type", "document"}, pgx.CopyFromRows(l.rows)); err != nil {
		return err
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"sandbox", "control_totals"},
		[]string{"period", "billing_account_id", "invoice_id", "currency", "billed_cost"}, pgx.CopyFromRows(totals))
	return err
}

// loader turns items into rows, numbered from 1 within their listing and scope: the number is the
// place of an item in its list for good, which is what keeps cursors stable. The first error is kept
// and reported at the end, as adding never fails halfway.
type loader struct {
	rows    [][]any
	numbers map[[2]string]int64
	err     error
}

func (l *loader) add(listing, scope, tenantID, resourceType string, item any) {
	document, err := json.Marshal(item)
	if err != nil {
		l.err = fmt.Errorf("writing an item of %s as JSON: %w", listing, err)
	}
	key := [2]string{listing, scope}
	l.numbers[key]++
	l.rows = append(l.rows, []any{listing, scope, l.numbers[key], tenantID, resourceType, document})
}
