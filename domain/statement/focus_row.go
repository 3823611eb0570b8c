package statement

import (
	"cmp"
	"iter"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

// correction is the ChargeClass of what changes a billing period that was invoiced already.
const correction = "Correction"

// FocusRow is a cell in the terms of FOCUS 1.3. Empty texts are null. The fields are named for the
// columns that they fill; those that FOCUS asks for and a cell cannot know are said below.
//
// Over all rows BilledCost sums to the bill, and EffectiveCost to the bill's effective cost where
// that is what the book allocates. A cell has no list price and no contract: ListCost and
// ContractedCost repeat its cost, and it is priced as one month of its pool.
type FocusRow struct {
	Revision *Revision
	Currency string
	// BilledCost is the cell; EffectiveCost is the same but zero for what only bridges to the bill.
	BilledCost     decimal.Decimal
	EffectiveCost  decimal.Decimal
	ChargeCategory string
	// ChargeClass is Correction where the row corrects a month that was invoiced before, else null.
	ChargeClass       string
	ChargeDescription string
	ServiceCategory   string
	ServiceName       string
	ResourceID        string
	ResourceName      string
	// SubAccountID is the tenant or reserved account, of direct and shared cost alike.
	SubAccountID   string
	SubAccountName string
	// PeriodStart and PeriodEnd bound the charge period: the month that was closed, or the one that a
	// correction is of.
	PeriodStart time.Time
	PeriodEnd   time.Time
	// BillingStart and BillingEnd bound the billing period: the month that was closed, and of a
	// restatement the month in which it was approved, since FOCUS adds nothing to a billing period that was invoiced.
	BillingStart time.Time
	BillingEnd   time.Time

	// The rest is set for shared cost alone. AllocatedResourceID is the tenant; what a pool leaves on
	// a reserved account was allocated to no resource.
	AllocatedMethodID      string
	AllocatedMethodDetails string
	AllocatedResourceID    string
	AllocatedResourceName  string
	AllocatedTags          string

	PoolID      string
	RuleID      string
	RuleVersion int
	GLAccount   string
	CostCentre  string
}

// FocusRows yields a row per cell of what this revision added: all cells of the first, zero cells
// included, and of a later one what it changed, as corrections on an invoice of its own. Those of all
// revisions up to one are the bill as that states it. What corrections are part of a cell follows it,
// a row for each month that they are of, and the cell's own row has the rest; bridges are not cut. They
// come in the order of stage, pool, currency and account, one transaction in memory at a time. Errors end
// the sequence.
func (p *Publication) FocusRows(chart Chart, corrected *CorrectedSums, transactions iter.Seq2[ledger.Transaction, error]) iter.Seq2[FocusRow, error] {
	return func(yield func(FocusRow, error) bool) {
		corrected := corrected.clone()
		for transaction, err := range transactions {
			var rows []FocusRow
			if err == nil {
				rows, err = p.focusCells(chart, corrected, transaction)
			}
			if err != nil {
				yield(FocusRow{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// focusCells are the rows of a transaction. What it passes on to other pools is no cell.
func (p *Publication) focusCells(chart Chart, corrected *CorrectedSums, transaction ledger.Transaction) ([]FocusRow, error) {
	shares := shareRatios(transaction.Entries)
	cut, err := corrected.cut(transaction, shares)
	if err != nil {
		return nil, err
	}
	var rows []FocusRow
	template := p.focusTemplate(transaction.Key)
	for i, entry := range transaction.Entries {
		if ledger.IsTransfer(entry.Account) {
			continue
		}
		row := p.focusCell(chart, template, entry)
		if row.AllocatedMethodID != "" {
			row.AllocatedMethodDetails = p.methodDetails(transaction.Key.Pool, shares, i)
		}
		rows = append(rows, row.cut(cut, i)...)
	}
	return rows, nil
}

// cut returns the row's own part, followed by the corrections in it. Those of direct cost are left out
// where they are zero.
func (r FocusRow) cut(corrections []correctedCells, i int) []FocusRow {
	rows := []FocusRow{r}
	for _, each := range corrections {
		amount := each.amounts[i]
		if amount.IsZero() && r.AllocatedMethodID == "" {
			continue
		}
		corrected := r
		corrected.ChargeClass, corrected.ChargeDescription = correction, r.ChargeDescription+", correction of "+each.month.String()
		corrected.PeriodStart, corrected.PeriodEnd = each.month.Start(), each.month.End()
		corrected.BilledCost, corrected.EffectiveCost = amount, amount
		rows[0].BilledCost, rows[0].EffectiveCost = rows[0].BilledCost.Sub(amount), rows[0].EffectiveCost.Sub(amount)
		rows = append(rows, corrected)
	}
	return rows
}

// focusTemplate is what all cells of a transaction have in common.
func (p *Publication) focusTemplate(key ledger.Key) FocusRow {
	row := FocusRow{
		Revision: &p.Revision, Currency: key.Currency, ChargeCategory: "Usage", PoolID: key.Pool,
		PeriodStart: p.Period.Start(), PeriodEnd: p.Period.End(),
		BillingStart: p.Period.Start(), BillingEnd: p.Period.End(),
	}
	if p.Number > 1 {
		issued := p.issued()
		row.ChargeClass, row.BillingStart, row.BillingEnd = correction, issued.Start(), issued.End()
	}
	switch category, _ := strings.CutPrefix(key.Pool, allocation.DirectPoolPrefix); {
	case isDirect(key.Pool):
		row.ServiceCategory, row.ServiceName = serviceCategory(allocation.CostCategory(category)), categoryNames[allocation.CostCategory(category)]
		row.ChargeDescription = "Direct cost: " + row.ServiceName
	case isBridge(key.Pool):
		row.ChargeCategory, row.ServiceCategory, row.ServiceName = "Adjustment", "Other", "Reconciliation"
		row.ChargeDescription = "Between allocated and billed cost: " + strings.TrimPrefix(key.Pool, bridgePrefix)
	default:
		row.ServiceCategory, row.ServiceName, row.ResourceName = "Other", key.Pool, key.Pool
		row.AllocatedMethodID, row.ResourceID = allocation.Version, key.Pool
		if versions := p.rules[key.Pool]; len(versions) > 0 {
			last := versions[len(versions)-1]
			row.RuleID, row.RuleVersion = last.RuleID, last.Version
			row.ResourceName = cmp.Or(last.Pool.Name, key.Pool)
			row.ServiceCategory, row.ServiceName = serviceCategory(last.Pool.Category), row.ResourceName
			row.AllocatedMethodID = allocation.Version + "." + string(last.Pool.Strategy)
		}
		row.ChargeDescription = "Share of " + row.ResourceName
	}
	return row
}

// issued is the month in which a correction was approved. That is after the month that it corrects,
// which had ended before it was closed.
func (p *Publication) issued() period.Period {
	if approved := period.Of(p.ApprovedAt); p.Period.Before(approved) {
		return approved
	}
	return p.Period.Next()
}

func (p *Publication) focusCell(chart Chart, row FocusRow, entry ledger.Entry) FocusRow {
	tenant := p.tenants[entry.Account]
	row.BilledCost = entry.Amount
	if !isBridge(row.PoolID) {
		row.EffectiveCost = entry.Amount
	}
	row.SubAccountID, row.SubAccountName = entry.Account, cmp.Or(tenant.Name, entry.Account)
	row.GLAccount, row.CostCentre = p.glAccount(chart, entry.Account)
	if row.AllocatedMethodID != "" && !allocation.IsAccount(entry.Account) {
		row.AllocatedResourceID, row.AllocatedResourceName = row.SubAccountID, row.SubAccountName
		row.AllocatedTags = tenantTags(tenant)
	}
	return row
}

// serviceCategory names a cost category in the closed list of FOCUS.
func serviceCategory(category allocation.CostCategory) string {
	switch category {
	case allocation.CategoryCompute:
		return "Compute"
	case allocation.CategoryStorage:
		return "Storage"
	case allocation.CategoryNetwork:
		return "Networking"
	case allocation.CategorySupport:
		return "Management and Governance"
	default:
		return "Other"
	}
}
