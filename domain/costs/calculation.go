// Package costs runs the allocation engine over stored inputs, those that an attempt froze and those
// that stand now, and keeps the costs by day and resource that people ask for up to date.
package costs

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Calculation allocates the inputs of one attempt. The same inputs, rules and basis give the same
// result and the same costs.
type Calculation struct {
	Inputs intake.FrozenInputs
	Ref    closing.AttemptRef
	Rules  allocation.RuleSet
	Basis  allocation.CostBasis
	// Variances is what is booked to @variance beside the result, by currency.
	Variances map[string]decimal.Decimal
	// Costs takes the costs by day and resource; nil where only the result is wanted.
	Costs allocation.CostSink
	// OnCharge, where not nil, hears of every charge that was read.
	OnCharge func()
}

// Run reads the inputs and returns the result; its costs have been given to the sink by then. Charges
// are streamed: memory grows with tenants and pools, not with the bill. Errors are those of the
// inputs, the engine and the sink.
func (c Calculation) Run(ctx context.Context) (*allocation.Result, error) {
	options, err := c.options(ctx)
	if err != nil {
		return nil, err
	}
	var projection *allocation.CostProjection
	if c.Costs != nil {
		projection = allocation.NewCostProjection(c.Ref.Period, options.Owners, c.Costs)
		options.OnPart = projection.Add
	}
	bill, err := allocation.NewBill(options)
	if err != nil {
		return nil, err
	}
	if err := c.addCharges(ctx, bill, projection); err != nil {
		return nil, err
	}
	usage, err := c.usage(ctx, options.Roster)
	if err != nil {
		return nil, err
	}
	result, err := bill.Allocate(usage)
	if err != nil || projection == nil {
		return result, err
	}
	return result, projection.Finish(result, c.Variances)
}

// Corrections tells where the charges went that correct what was billed before, one part after the
// other; a part is valid during the call alone. Errors are those of the inputs and the engine.
func (c Calculation) Corrections(ctx context.Context, use func(*allocation.PlacedPart)) error {
	options, err := c.options(ctx)
	if err != nil {
		return err
	}
	options.OnPart = use
	bill, err := allocation.NewBill(options)
	if err != nil {
		return err
	}
	return c.Inputs.Corrections(ctx, c.Ref, bill.Add)
}

// options are what charges are placed by: rules, tenants and owners.
func (c Calculation) options(ctx context.Context) (options allocation.BillOptions, err error) {
	options = allocation.BillOptions{Rules: c.Rules, Span: allocation.SpanOf(c.Ref.Period), Basis: c.Basis}
	tenants, err := c.Inputs.Tenants(ctx, c.Ref)
	if err != nil {
		return options, err
	}
	if options.Roster, err = allocation.NewRoster(tenants); err != nil {
		return options, err
	}
	ownership, err := c.Inputs.Ownership(ctx, c.Ref)
	if err != nil {
		return options, err
	}
	options.Owners, err = allocation.NewOwners(ownership)
	return options, err
}

func (c Calculation) addCharges(ctx context.Context, bill *allocation.Bill, projection *allocation.CostProjection) error {
	return c.Inputs.Charges(ctx, c.Ref, func(next *charge.Charge) error {
		if c.OnCharge != nil {
			c.OnCharge()
		}
		if err := bill.Add(next); err != nil {
			return err
		}
		if projection == nil {
			return nil
		}
		return projection.Err()
	})
}

// usage fills in the drivers of proportional pools: sums where no time matters, single records where
// a rule changes within the period.
func (c Calculation) usage(ctx context.Context, roster *allocation.Roster) (*allocation.Usage, error) {
	usage := allocation.NewUsage(roster, c.Rules, allocation.SpanOf(c.Ref.Period))
	totals, err := c.Inputs.UsageTotals(ctx, c.Ref)
	if err != nil {
		return nil, err
	}
	if err := checkListed(c.Ref, totals, roster); err != nil {
		return nil, err
	}
	if usage.NeedsDates() {
		err := c.Inputs.Usage(ctx, c.Ref, func(line *charge.Usage) error {
			return usage.Add(*line)
		})
		return usage, err
	}
	for _, total := range totals {
		if err := usage.Add(charge.Usage{TenantID: total.TenantID, Category: total.Category, Quantity: total.Quantity}); err != nil {
			return nil, err
		}
	}
	return usage, nil
}

// checkListed returns an InvalidInput error that names a tenant whom nobody knows and where the usage
// of it came from. Imports check this too, but only once any tenants are known; and a restatement has
// the tenants of its close, who may be fewer than those known today.
func checkListed(ref closing.AttemptRef, totals []intake.UsageTotal, roster *allocation.Roster) error {
	for _, total := range totals {
		if _, listed := roster.Place(total.TenantID); listed {
			continue
		}
		if ref.Restates > 0 {
			return fault.New(fault.InvalidInput,
				"usage from %s names tenant %.140q, who was not known when %s was closed; restate with owners current, or import that usage again without the tenant",
				total.Source, total.TenantID, ref.Period)
		}
		return fault.New(fault.InvalidInput,
			"usage from %s names tenant %.140q, who was neither imported nor is known to the tenants service; import the tenant, or that usage again without it, and close again",
			total.Source, total.TenantID)
	}
	return nil
}
