package intake

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Freezer chooses the inputs of an attempt.
type Freezer interface {
	// Freeze lists the current slices of the book's accounts and month as the attempt's inputs and
	// records the manifest with its hash, in one transaction. Slices that waited as late, and that
	// no attempt holds back any more, take their place first. What came late for earlier months that
	// are closed, and that no attempt that counts has taken, is listed too, as differences: what is
	// there now and was not booked, and negated what was booked and is there no more.
	//
	// A restatement freezes what the revision before froze, with what came late for its own month:
	// charges as differences, usage and control totals in the place of those before. Where nothing did,
	// and neither rules nor owners nor rates are others, it is a Conflict error. An attempt that is
	// frozen already returns what it froze, whatever came in since. An attempt that does not exist is a NotFound
	// error, one that is over a Conflict error. A month without charges freezes none.
	Freeze(ctx context.Context, request FreezeRequest) (Frozen, error)
}

// FreezeRequest says what an attempt is to freeze. Rules are those in force, chosen by the caller.
type FreezeRequest struct {
	Ref               closing.AttemptRef
	Book              closing.Book
	AllocationVersion string
	Rules             []closing.ManifestRule
	// Restated is set for a restatement. Its currency, cost basis and version of the rule are its
	// base's, whatever Book and AllocationVersion say.
	Restated *closing.Restated
}

// InputLate is the kind under which a manifest lists what came late for a month that was closed.
const InputLate = "late"

// Frozen is what an attempt froze.
type Frozen struct {
	Manifest closing.Manifest `json:"manifest"`
	Hash     string           `json:"hash"`
	// Charges and Rows count the frozen charges and the rows of all kinds.
	Charges int64 `json:"charges"`
	Rows    int64 `json:"rows"`
}

// FrozenInputs reads what an attempt froze. Every method returns the same for as long as the
// attempt exists, in the same order, and a NotFound error for an attempt that froze nothing. Attempt 0
// stands for what is there now, which no attempt has frozen: it may change between two calls.
type FrozenInputs interface {
	// Charges hands the frozen charges of the period to use, one at a time and in constant memory,
	// in the order of slices and rows, until use returns an error, which it returns. Where the
	// manifest goes by charge period, only charges that start in the period are given, and those
	// that came late for earlier ones. The charge
	// is valid during the call; its texts and tags stay valid and are shared. Fields that no engine
	// asks for (Description, ConsumedQuantity, ConsumedUnit, SkuID) are left empty.
	Charges(ctx context.Context, ref closing.AttemptRef, use func(*charge.Charge) error) error
	// Corrections hands those of them to use that correct what was billed before: what came late for
	// months which were closed before, and the rows of class Correction on the period's own bill.
	Corrections(ctx context.Context, ref closing.AttemptRef, use func(*charge.Charge) error) error
	// ChargedTotals sums billed cost by billing account, invoice and currency over all frozen
	// charges that were billed in the period, in that order: what invoices are compared with,
	// whatever column decides the period of a charge. Charges that came late for a closed month are
	// totalled apart, under that month.
	ChargedTotals(ctx context.Context, ref closing.AttemptRef) ([]closing.ChargedTotal, error)
	// ControlTotals lists what billing says the invoices amount to, in the same order.
	ControlTotals(ctx context.Context, ref closing.AttemptRef) ([]closing.ControlTotal, error)
	// UsageTotals sums usage by tenant and category, in byte order of both.
	UsageTotals(ctx context.Context, ref closing.AttemptRef) ([]UsageTotal, error)
	// Usage hands the single usage records to use, as Charges does, for rules that change within
	// the period and so need the records' times.
	Usage(ctx context.Context, ref closing.AttemptRef, use func(*charge.Usage) error) error
	// Tenants lists every tenant in byte order of id: of several rows of one tenant, those from
	// files count before those from the service, and newer ones before older ones.
	Tenants(ctx context.Context, ref closing.AttemptRef) ([]tenancy.Tenant, error)
	// Ownership lists the owner history in the order of resource and beginning.
	Ownership(ctx context.Context, ref closing.AttemptRef) ([]tenancy.Ownership, error)
	// ExchangeRates lists what currencies are worth in each other, in byte order of base and quote; of
	// several rates of a pair, the one that came last.
	ExchangeRates(ctx context.Context, ref closing.AttemptRef) ([]exchange.Rate, error)
}

// UsageTotal is a tenant's usage of one category over the period, exactly summed.
type UsageTotal struct {
	TenantID string
	Category string
	Quantity decimal.Decimal
	// Source names a delivery that the usage came with, for errors about it; empty for what no attempt
	// has frozen.
	Source string
}
