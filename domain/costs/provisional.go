package costs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Books tells about books and the states of their periods; closing.Store is one.
type Books interface {
	Book(ctx context.Context, id string) (closing.Book, error)
	Period(ctx context.Context, book string, month period.Period) (closing.Status, error)
}

// StandingInputs reads, as attempt 0, what stands for a month that nobody has closed.
type StandingInputs interface {
	intake.FrozenInputs
	// StandingHash names what stands by content, or is empty where there are no charges.
	StandingHash(ctx context.Context, book string, month period.Period) (string, error)
}

// Store keeps costs by day and resource.
type Store interface {
	// StoreCosts stores what write gives to its sink as the costs of an attempt, all of it or
	// nothing. Where they are stored already with the same inputs, the sink keeps nothing; those of
	// attempt 0 are replaced when their inputs changed. Errors of write are returned.
	StoreCosts(ctx context.Context, ref closing.AttemptRef, inputsHash string, write func(allocation.CostSink) error) error
	// ProvisionalHash returns what the costs of attempt 0 were made of, or nothing without any.
	ProvisionalHash(ctx context.Context, ref closing.AttemptRef) (string, error)
}

// Provisional calculates what the months that were never closed come to so far. What it calculated it
// keeps until inputs or rules change. It is safe for concurrent use when its ports are. All fields
// are required.
type Provisional struct {
	Books  Books
	Rules  allocation.RuleStore
	Inputs StandingInputs
	Store  Store
	Logger *slog.Logger
}

// Refresh brings the provisional costs of the months from first to last up to date. A month that
// cannot be allocated, such as one with a pool that no rule splits, is reported in the log and stays
// as it is: it must not keep people from the other months. Errors are those of the ports.
func (p *Provisional) Refresh(ctx context.Context, book string, first, last period.Period) error {
	for month := first; !last.Before(month); month = month.Next() {
		standing, err := p.Inputs.StandingHash(ctx, book, month)
		if err != nil {
			return err
		}
		if standing == "" {
			continue
		}
		status, err := p.Books.Period(ctx, book, month)
		if err != nil {
			return err
		}
		if status.Revision > 0 {
			continue
		}
		err = p.refresh(ctx, closing.AttemptRef{Book: book, Period: month}, standing)
		if fault.Is(err, fault.InvalidInput) {
			p.Logger.WarnContext(ctx, "a month cannot be allocated as it stands", "book", book, "period", month.String(), "error", err)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refresh calculates a month unless that was done with the same inputs and rules.
func (p *Provisional) refresh(ctx context.Context, ref closing.AttemptRef, standing string) error {
	book, err := p.Books.Book(ctx, ref.Book)
	if err != nil {
		return err
	}
	versions, err := p.Rules.Active(ctx, ref.Period.Start(), ref.Period.End())
	if err != nil {
		return err
	}
	hash := inputsHash(book, standing, versions)
	before, err := p.Store.ProvisionalHash(ctx, ref)
	if err != nil || before == hash {
		return err
	}
	rules, err := allocation.NewRuleSet(versions)
	if err != nil {
		return err
	}
	return p.Store.StoreCosts(ctx, ref, hash, func(sink allocation.CostSink) error {
		_, err := Calculation{Inputs: p.Inputs, Ref: ref, Rules: rules, Basis: allocation.CostBasis(book.Basis), Costs: sink}.Run(ctx)
		return err
	})
}

// inputsHash names inputs and rules by content.
func inputsHash(book closing.Book, standing string, versions []allocation.RuleVersion) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s %s\n", allocation.Version, book.Basis, standing)
	for _, version := range slices.SortedStableFunc(slices.Values(versions), allocation.ByPrecedence) {
		fmt.Fprintf(sum, "%s %d %s\n", version.RuleID, version.Version, version.ContentHash)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Reader is a CostReader that knows open months too: it brings them up to date when it is asked which
// periods there are.
type Reader struct {
	allocation.CostReader
	Provisional *Provisional
}

// CostPeriods implements allocation.CostReader.
func (r Reader) CostPeriods(ctx context.Context, book string, first, last period.Period) ([]allocation.CostPeriod, error) {
	if err := r.Provisional.Refresh(ctx, book, first, last); err != nil {
		return nil, err
	}
	return r.CostReader.CostPeriods(ctx, book, first, last)
}
