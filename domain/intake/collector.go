package intake

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Collector pulls what the platform's services have for a month into sealed slices. What files were
// imported for is left out: a file is someone's explicit word. Safe for concurrent use.
type Collector struct {
	Store   StagedStore
	Billing closing.Billing
	Compute closing.Compute
	Tenants tenancy.Directory
	// Rates is where exchange rates come from; nil where only files bring them.
	Rates exchange.Source
	Now   func() time.Time
}

// collectedBy is who deliveries from services are said to come from.
const collectedBy = "close"

// Collect pulls tenants, charges, control totals, usage, owners and exchange rates for an attempt and returns the
// number of rows that its deliveries hold. Pages are committed as they come, so that a call after
// an interrupted one goes on where that stopped, and a call after a finished one changes nothing.
// report is called after each commit with the rows taken so far and those expected, zero where the
// services do not say. Errors are those of the services and of the store.
func (c *Collector) Collect(ctx context.Context, book closing.Book, ref closing.AttemptRef, report func(done, total int64)) (int64, error) {
	progress := &collection{report: report}
	for _, source := range c.sources(ref.Period) {
		skip, err := c.ruledByFiles(ctx, source, ref.Period)
		if err != nil {
			return progress.done, err
		}
		if skip.all {
			continue
		}
		if err := c.collect(ctx, source, skip, book, ref, progress); err != nil {
			return progress.done, err
		}
	}
	return progress.done, nil
}

// skipped is what files speak for.
type skipped struct {
	all    bool
	scopes map[string]bool
}

func (c *Collector) ruledByFiles(ctx context.Context, source serviceSource, month period.Period) (skipped, error) {
	if !source.kind.Dated() {
		return skipped{}, nil
	}
	scopes, err := c.Store.FileScopes(ctx, source.kind, month)
	if err != nil {
		return skipped{}, err
	}
	skip := skipped{scopes: map[string]bool{}}
	for _, scope := range scopes {
		skip.scopes[scope] = true
	}
	// Usage has one scope, and so have rates, so that a file speaks for all of it.
	skip.all = (source.kind == KindUsage || source.kind == KindRates) && len(scopes) > 0
	return skip, nil
}

// collect takes one kind from its service, page by page, and seals it.
func (c *Collector) collect(
	ctx context.Context, source serviceSource, skip skipped, book closing.Book, ref closing.AttemptRef, progress *collection,
) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fault.Wrap(err, fault.Internal, "no id could be made for a delivery")
	}
	staged, err := c.Store.Begin(ctx, Delivery{
		ID: id.String(), Kind: source.kind, Source: SourceService, Name: ref.WorkflowID(),
		CreatedBy: collectedBy, CreatedAt: c.Now().UTC(),
	}, book.ID+"/"+ref.Period.String())
	if err != nil {
		return err
	}
	if staged.Sealed {
		return nil
	}
	progress.begin(staged.Rows())
	if !staged.Complete {
		if err := c.takePages(ctx, source, skip, &staged, progress); err != nil {
			return err
		}
	}
	if source.always != nil {
		staged.Tally.Index(*source.always)
	}
	_, err = c.Store.Seal(ctx, &staged, ref.Period)
	return err
}

// pageRows is how many rows are gathered before they are committed: a service's pages are made for
// HTTP and are small.
const pageRows = 10_000

func (c *Collector) takePages(ctx context.Context, source serviceSource, skip skipped, staged *Staged, progress *collection) error {
	var gathered []Row
	pages := fetchAhead(ctx, source, staged.Cursor)
	defer pages.stop()
	for {
		page, err := pages.next()
		if err != nil {
			return err
		}
		for _, row := range page.rows {
			if !skip.scopes[row.Scope] {
				gathered = append(gathered, row)
			}
		}
		if len(gathered) < pageRows && page.next != "" {
			continue
		}
		numberCharges(gathered, staged.Rows())
		if err := c.Store.AddPage(ctx, staged, rowsOf(gathered), page.next); err != nil {
			return err
		}
		progress.commit(int64(len(gathered)), page.total)
		if page.next == "" {
			return nil
		}
		gathered = gathered[:0]
	}
}

// collection counts rows over all kinds.
type collection struct {
	report func(done, total int64)
	// done counts all rows, kind those of the kind under way.
	done, kind int64
}

// begin starts a kind of which some rows may be in already.
func (c *collection) begin(already int64) {
	c.kind = already
	c.done += already
}

// commit counts rows of the kind and reports them against what the service says there are.
func (c *collection) commit(rows, ofKind int64) {
	c.kind += rows
	c.done += rows
	total := int64(0)
	if ofKind > 0 {
		total = c.done - c.kind + max(ofKind, c.kind)
	}
	if c.report != nil {
		c.report(c.done, total)
	}
}
