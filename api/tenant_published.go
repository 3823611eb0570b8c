package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/statement"
)

// tenantCells bounds the cells of one tenant and month: there is one per pool and currency.
const tenantCells = 10_000

// publishedResults sums a tenant's cells of a published month by category and pool, per currency.
// attempt is the one that the cells are of.
func (s *server) publishedResults(ctx context.Context, status closing.Status, tenantID string) (published []TenantAllocation, attempt int, err error) {
	filter := ledger.Filter{Book: status.Book, Period: status.Period, Revision: status.Revision, Account: tenantID}
	var cells []ledger.Cell
	err = s.readLedger(ctx, func(store ledger.Store) (err error) {
		cells, err = store.Cells(ctx, filter, ledger.Position{}, tenantCells)
		return err
	})
	if err != nil || len(cells) == 0 {
		return nil, 0, err
	}
	revision, err := s.Revisions.Revision(ctx, status.Book, status.Period, status.Revision)
	if err != nil {
		return nil, 0, err
	}
	ref := closing.AttemptRef{Book: status.Book, Period: status.Period, Attempt: cells[0].Attempt}
	manifest, err := s.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, 0, err
	}
	categories, err := s.poolCategories(ctx, manifest)
	if err != nil {
		return nil, 0, err
	}
	results := map[string]*TenantAllocation{}
	for _, cell := range cells {
		result := results[cell.Currency]
		if result == nil {
			result = newTenantAllocation(revision, manifest, tenantID, cell.Currency)
			results[cell.Currency] = result
		}
		category := string(categories.of(cell.Pool))
		result.Breakdown[category] = result.Breakdown[category].Add(cell.Amount)
		result.Pools[cell.Pool] = result.Pools[cell.Pool].Add(cell.Amount)
		result.TotalAllocated = result.TotalAllocated.Add(cell.Amount)
	}
	for _, currency := range slices.Sorted(maps.Keys(results)) {
		published = append(published, *results[currency])
	}
	return published, ref.Attempt, nil
}

func newTenantAllocation(revision statement.Revision, manifest closing.Manifest, tenantID, currency string) *TenantAllocation {
	result := &TenantAllocation{
		AllocationID: fmt.Sprintf("%s.%s.%d.%s.%s", revision.Book.ID, revision.Period, revision.Number, currency, tenantID),
		TenantID:     tenantID,
		Book:         revision.Book.ID,
		Period:       revision.Period,
		PeriodStart:  revision.Period.Start(),
		PeriodEnd:    revision.Period.End(),
		Currency:     currency,
		Revision:     revision.Number,
		Breakdown:    map[string]decimal.Decimal{},
		Pools:        map[string]decimal.Decimal{},
		AllocationMetadata: map[string]string{
			"allocation_version": manifest.AllocationVersion,
			"result_hash":        revision.ResultHash,
			"manifest_hash":      revision.ManifestHash,
			"cost_basis":         string(manifest.Basis),
			"period_by":          string(manifest.PeriodBy),
		},
	}
	addNotes(result.AllocationMetadata, revision.Totals, tenantID, currency)
	return result
}

// addNotes adds what was noted about the pools that all tenants share and about this tenant. What was
// noted about another tenant is not its business.
func addNotes(metadata map[string]string, totals []closing.CurrencyTotal, tenantID, currency string) {
	for _, total := range totals {
		if total.Currency != currency {
			continue
		}
		for _, note := range total.Notes {
			switch {
			case note.TenantID == "":
				metadata[note.Kind+":"+note.Pool] = note.Value
			case note.TenantID == tenantID && note.Pool != "":
				metadata[note.Kind+":"+note.Pool+":"+note.Category] = note.Value
			case note.TenantID == tenantID:
				metadata[note.Kind] = note.Text()
			}
		}
	}
}

// poolCategories says which cost category a pool belongs to.
type poolCategories map[string]allocation.CostCategory

// of returns the category of a pool: that of its rule, and for direct charges the one in its name.
func (c poolCategories) of(pool string) allocation.CostCategory {
	if name, direct := strings.CutPrefix(pool, "direct:"); direct {
		return allocation.CostCategory(name)
	}
	if category, known := c[pool]; known {
		return category
	}
	return allocation.CategoryShared
}

func (s *server) poolCategories(ctx context.Context, manifest closing.Manifest) (poolCategories, error) {
	frozen, err := s.rulesOf(ctx, manifest)
	if err != nil {
		return nil, err
	}
	categories := poolCategories{}
	for _, version := range frozen {
		if version.Pool != nil {
			categories[version.Pool.PoolID] = version.Pool.Category
		}
	}
	return categories, nil
}

// frozenRules returns the rules that an attempt froze.
func (s *server) frozenRules(ctx context.Context, ref closing.AttemptRef) ([]allocation.RuleVersion, error) {
	manifest, err := s.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.rulesOf(ctx, manifest)
}

// rulesOf returns the rules that a manifest names.
func (s *server) rulesOf(ctx context.Context, manifest closing.Manifest) ([]allocation.RuleVersion, error) {
	versions := make([]allocation.RuleVersion, 0, len(manifest.Rules))
	for _, rule := range manifest.Rules {
		version, err := s.Rules.Version(ctx, rule.RuleID, rule.Version)
		if err != nil {
			return nil, fault.Wrap(err, fault.Internal, "version %d of rule %s, which the close froze, cannot be read", rule.Version, rule.RuleID)
		}
		versions = append(versions, version)
	}
	return versions, nil
}
