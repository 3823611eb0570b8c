package postgres_test

import (
	"context"
	"iter"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// month is the one that the tests of deliveries close.
var month = period.New(2026, time.March)

// deliveries is a database with the book "main" and what tests do with deliveries.
type deliveries struct {
	t     testing.TB
	pool  *pgxpool.Pool
	store *postgres.Intake
	book  closing.Book
}

func newDeliveries(t testing.TB) *deliveries {
	t.Helper()
	pool := postgrestest.New(t)
	book := closing.Book{
		ID: "main", Name: "Main", BillingAccounts: []string{}, Currency: "USD", Basis: closing.BasisEffective,
		PeriodBy: closing.PeriodByBilling, CloseDay: 10, FirstPeriod: month, ApprovalDeadline: 72 * time.Hour,
		ReminderEvery: 24 * time.Hour, Approvers: []string{},
	}
	_, err := postgres.EnsureBook(context.Background(), pool, book)
	require.NoError(t, err)
	return &deliveries{t: t, pool: pool, store: postgres.NewIntake(pool), book: book}
}

// charged makes a charge with amounts that differ in their digits.
func charged(account string, month period.Period, billed string) *charge.Charge {
	start := month.Start().Add(36 * time.Hour)
	return &charge.Charge{
		BillingAccountID: account, BillingPeriod: month, InvoiceID: "INV-" + account, Currency: "USD",
		ChargePeriodStart: start, ChargePeriodEnd: start.Add(time.Hour),
		BilledCost: decimal.RequireFromString(billed), EffectiveCost: decimal.RequireFromString(billed).Mul(decimal.RequireFromString("0.5")),
		ChargeCategory: "Usage", SubAccountID: "acct-" + account, ServiceName: "Object Storage",
	}
}

func charges(list ...*charge.Charge) intake.Rows {
	return intake.OfCharges(sequence(list))
}

// sequence yields a list without errors.
func sequence[Item any](list []Item) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for _, item := range list {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func usageRows(month period.Period, list ...charge.Usage) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		for i := range list {
			if !yield(intake.UsageRow(&list[i], month), nil) {
				return
			}
		}
	}
}

// load delivers rows as a file would and returns the outcome of each slice.
func (d *deliveries) load(kind intake.Kind, rows intake.Rows, adjust ...func(*intake.Delivery)) []intake.Placed {
	d.t.Helper()
	placed, err := d.tryLoad(kind, rows, adjust...)
	require.NoError(d.t, err)
	return placed
}

func (d *deliveries) tryLoad(kind intake.Kind, rows intake.Rows, adjust ...func(*intake.Delivery)) ([]intake.Placed, error) {
	d.t.Helper()
	delivery := intake.Delivery{
		ID: uuid.NewString(), Kind: kind, Source: intake.SourceFile, Name: "bill.csv",
		CreatedBy: "operator", CreatedAt: time.Now().UTC(),
	}
	for _, change := range adjust {
		change(&delivery)
	}
	report, err := d.store.Load(context.Background(), delivery, rows, func(placed []intake.Placed) intake.Report {
		return intake.Report{ID: delivery.ID, Kind: intake.FileKind(kind), Name: delivery.Name, CreatedBy: "operator", CreatedAt: delivery.CreatedAt, Slices: placed}
	})
	return report.Slices, err
}

func appended(delivery *intake.Delivery) { delivery.Append = true }

// attempt opens an attempt at closing the month.
func (d *deliveries) attempt(month period.Period) closing.AttemptRef {
	d.t.Helper()
	status, started, err := postgres.NewClosing(d.pool).OpenAttempt(context.Background(), closing.OpenRequest{
		Book: d.book.ID, Period: month, RequestedBy: "operator", Now: month.End().Add(time.Hour),
	})
	require.NoError(d.t, err)
	require.True(d.t, started)
	return status.Ref()
}

func (d *deliveries) freeze(ref closing.AttemptRef) intake.Frozen {
	d.t.Helper()
	frozen, err := d.store.Freeze(context.Background(), intake.FreezeRequest{Ref: ref, Book: d.book, AllocationVersion: "lrm-1"})
	require.NoError(d.t, err)
	return frozen
}

// frozenCharges reads back what an attempt froze.
func (d *deliveries) frozenCharges(ref closing.AttemptRef) []charge.Charge {
	d.t.Helper()
	var list []charge.Charge
	require.NoError(d.t, d.store.Charges(context.Background(), ref, func(c *charge.Charge) error {
		list = append(list, *c)
		return nil
	}))
	return list
}

// billed sums the billed cost of what would be frozen now, by reading the tables.
func (d *deliveries) billed() string {
	d.t.Helper()
	var sum string
	require.NoError(d.t, d.pool.QueryRow(context.Background(), `SELECT coalesce(trim_scale(sum(c.billed_cost)), 0)::text
		FROM charges c JOIN input_slices s USING (slice_id) WHERE s.status = 'current'`).Scan(&sum))
	return sum
}

// stored counts the rows of all charges, visible or not.
func (d *deliveries) stored() (count int) {
	d.t.Helper()
	require.NoError(d.t, d.pool.QueryRow(context.Background(), "SELECT count(*) FROM charges").Scan(&count))
	return count
}

func outcomes(placed []intake.Placed) (list []intake.Outcome) {
	for _, slice := range placed {
		list = append(list, slice.Outcome)
	}
	return list
}

var zeroTime time.Time

func decimalOf(text string) decimal.NullDecimal {
	return decimal.NewNullDecimal(decimal.RequireFromString(text))
}

func tenantRows(list ...tenancy.Tenant) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		for i := range list {
			if !yield(intake.TenantRow(&list[i]), nil) {
				return
			}
		}
	}
}

func totalRows(month period.Period, list ...closing.ControlTotal) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		for i := range list {
			if !yield(intake.ControlTotalRow(&list[i], month), nil) {
				return
			}
		}
	}
}

// withdraw gives an attempt up.
func (d *deliveries) withdraw(ref closing.AttemptRef) {
	d.t.Helper()
	require.NoError(d.t, postgres.NewClosing(d.pool).Reopen(context.Background(), ref, nil, "withdrawn"))
}

// late lists what came late for the month that tests close.
func (d *deliveries) late(query intake.LateQuery) []intake.LateDelivery {
	d.t.Helper()
	query.Book, query.Month = d.book, month
	if query.Limit == 0 {
		query.Limit = 100
	}
	found, err := d.store.LateDeliveries(context.Background(), query)
	require.NoError(d.t, err)
	return found
}
