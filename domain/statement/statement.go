package statement

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Statement says what one tenant owes for a published revision and why.
type Statement struct {
	// Reference is book/period/revision, as on the journal and the postings.
	Reference   string         `json:"reference"`
	Book        string         `json:"book"`
	BookName    string         `json:"book_name"`
	Period      period.Period  `json:"period"`
	PeriodStart time.Time      `json:"period_start"`
	PeriodEnd   time.Time      `json:"period_end"`
	Revision    int            `json:"revision"`
	ResultHash  string         `json:"result_hash"`
	ApprovedAt  time.Time      `json:"approved_at"`
	Tenant      tenancy.Tenant `json:"tenant"`
	// Sections are one per currency, in byte order; a tenant that owes nothing has none.
	Sections []Section `json:"sections"`
}

// Section is what is owed in one currency.
type Section struct {
	Currency string `json:"currency"`
	// Direct and Shared list the lines in the order of category and pool.
	Direct      []Line  `json:"direct"`
	Shared      []Line  `json:"shared"`
	DirectTotal Amounts `json:"direct_total"`
	SharedTotal Amounts `json:"shared_total"`
	// Total's Posted is what billing, the journal and the invoice have for the tenant.
	Total Amounts `json:"total"`
	// Converted is what the section comes to in another currency, where that was asked for.
	Converted *Converted `json:"converted,omitempty"`
}

// Amounts is one sum twice: in full precision, and in posting digits.
type Amounts struct {
	Amount decimal.Decimal `json:"amount"`
	Posted money.Posted    `json:"posted"`
}

func (a *Amounts) add(other Amounts) {
	a.Amount, a.Posted = a.Amount.Add(other.Amount), a.Posted.Plus(other.Posted)
}

// Line is a tenant's part of one pool, or its direct cost of one category.
type Line struct {
	PoolID   string                  `json:"pool_id"`
	Category allocation.CostCategory `json:"category"`
	Name     string                  `json:"name"`
	// Rule says in words how the line came about; RuleID and RuleVersion name the frozen rule where
	// there was one.
	Rule        string `json:"rule"`
	RuleID      string `json:"rule_id,omitempty"`
	RuleVersion int    `json:"rule_version,omitempty"`
	Amounts
	// Converted is what the line comes to in another currency, where that was asked for; the lines of a
	// section sum to the section's.
	Converted *decimal.Decimal `json:"converted,omitempty"`
}

// Statement makes a tenant's statement of its cells. A tenant that the close knew nothing of is a
// NotFound error.
func (p *Publication) Statement(tenantID string, cells []ledger.Cell) (Statement, error) {
	tenant, known := p.tenants[tenantID]
	if !known {
		if len(cells) == 0 {
			return Statement{}, fault.New(fault.NotFound, "there is no such statement")
		}
		tenant = tenancy.Tenant{ID: tenantID}
	}
	made := Statement{
		Reference: p.Reference(), Book: p.Book.ID, BookName: p.Book.Name,
		Period: p.Period, PeriodStart: p.Period.Start(), PeriodEnd: p.Period.End(),
		Revision: p.Number, ResultHash: p.ResultHash, ApprovedAt: p.ApprovedAt,
		Tenant: tenant, Sections: []Section{},
	}
	byCurrency := map[string][]ledger.Cell{}
	for _, cell := range cells {
		if cell.Account != tenantID {
			return Statement{}, fault.New(fault.Internal, "a cell of %s was given for the statement of %s", cell.Account, tenantID)
		}
		byCurrency[cell.Currency] = append(byCurrency[cell.Currency], cell)
	}
	for currency, cells := range byCurrency {
		section, err := p.section(tenant, currency, cells)
		if err != nil {
			return Statement{}, err
		}
		made.Sections = append(made.Sections, section)
	}
	slices.SortFunc(made.Sections, func(a, b Section) int { return strings.Compare(a.Currency, b.Currency) })
	return made, nil
}

func (p *Publication) section(tenant tenancy.Tenant, currency string, cells []ledger.Cell) (Section, error) {
	posted, err := p.postLines(tenant.ID, currency, cells)
	if err != nil {
		return Section{}, err
	}
	nothing := Amounts{Posted: money.PostedZero(-p.posted[accountKey{tenant.ID, currency}].Amount.Exponent())}
	section := Section{
		Currency: currency, Direct: []Line{}, Shared: []Line{},
		DirectTotal: nothing, SharedTotal: nothing, Total: nothing,
	}
	for i, cell := range cells {
		line := p.line(tenant, cell)
		line.Amounts = Amounts{cell.Amount, money.Posted{Decimal: posted[i]}}
		section.Total.add(line.Amounts)
		if isDirect(cell.Pool) {
			section.Direct = append(section.Direct, line)
			section.DirectTotal.add(line.Amounts)
			continue
		}
		section.Shared = append(section.Shared, line)
		section.SharedTotal.add(line.Amounts)
	}
	slices.SortStableFunc(section.Direct, byCategory)
	slices.SortStableFunc(section.Shared, byCategory)
	return section, nil
}

func (p *Publication) line(tenant tenancy.Tenant, cell ledger.Cell) Line {
	if category, direct := strings.CutPrefix(cell.Pool, allocation.DirectPoolPrefix); direct {
		return Line{
			PoolID: cell.Pool, Category: allocation.CostCategory(category), Name: categoryNames[allocation.CostCategory(category)],
			Rule: "Charges of the tenant's own accounts and resources.",
		}
	}
	line := Line{PoolID: cell.Pool, Category: allocation.CategoryShared, Name: cell.Pool, Rule: "Split by the rule of the pool."}
	versions := p.rules[cell.Pool]
	if len(versions) == 0 {
		return line
	}
	last := versions[len(versions)-1]
	line.Category, line.RuleID, line.RuleVersion = last.Pool.Category, last.RuleID, last.Version
	line.Name = cmp.Or(last.Pool.Name, cell.Pool)
	line.Rule = words(versions, tenant)
	return line
}

var categoryNames = map[allocation.CostCategory]string{
	allocation.CategoryCompute: "Compute", allocation.CategoryStorage: "Storage", allocation.CategoryNetwork: "Network",
	allocation.CategoryShared: "Other services", allocation.CategoryReserved: "Reserved capacity", allocation.CategorySupport: "Support",
}

func byCategory(a, b Line) int {
	order := allocation.Categories()
	return cmp.Or(cmp.Compare(slices.Index(order, a.Category), slices.Index(order, b.Category)), strings.Compare(a.PoolID, b.PoolID))
}
