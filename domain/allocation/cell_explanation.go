package allocation

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// CellExplanation says how a whole cell came about. The amounts of its parts sum to the cell.
type CellExplanation struct {
	Stage    int             `json:"stage"`
	Pool     string          `json:"pool_id"`
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
	// Parts are several only where the pool's rule changes within the period.
	Parts []ExplainedPart `json:"parts"`
}

// ExplainedPart is an explanation with the same in words, and as data in the manner of FOCUS 1.3.
type ExplainedPart struct {
	Explanation
	Words   string        `json:"words"`
	Details MethodDetails `json:"allocated_method_details"`
}

// Explain explains the cells of a tenant or reserved account in the order of stage, pool and
// currency: those of one pool, or of all where pool is empty. What others have is told in sums alone.
func (r *Result) Explain(account, pool string) []CellExplanation {
	var explained []CellExplanation
	for i := range r.Pools {
		p := &r.Pools[i]
		if pool != "" && p.Pool != pool {
			continue
		}
		cell := CellExplanation{Stage: p.Stage, Pool: p.Pool, Currency: p.Currency}
		if p.roster == nil {
			cell.Parts = p.explainDirect(account)
		} else {
			cell.Parts = p.explainShared(account)
		}
		for _, part := range cell.Parts {
			cell.Amount = cell.Amount.Add(part.Amount)
		}
		if len(cell.Parts) > 0 {
			explained = append(explained, cell)
		}
	}
	return explained
}

// explainDirect explains a cell of a pool that is not split, where the account has one.
func (p *PoolResult) explainDirect(account string) []ExplainedPart {
	place := slices.IndexFunc(p.direct, func(cell Cell) bool { return cell.Account == account })
	if place < 0 {
		return nil
	}
	explanation := p.direct[place].explain(p)
	return []ExplainedPart{{explanation, p.directWords(explanation), wholeDetails()}}
}

// explainShared explains what each part of a pool gives to an account.
func (p *PoolResult) explainShared(account string) []ExplainedPart {
	place, listed := p.roster.Place(account)
	var parts []ExplainedPart
	for i := range p.Parts {
		part := &p.Parts[i]
		switch residual := part.Fallback == FallbackResidual; {
		case residual && account == AccountUnallocated:
			explain := p.explainer(part)
			explanation := explain.residual()
			parts = append(parts, ExplainedPart{explanation, sharedWords(&explanation), wholeDetails()})
		case !residual && listed:
			explain := p.explainer(part)
			explanation := explain.tenant(place, money.RoundingOf(money.Units(part.Amount, part.Digits), part.weights, place))
			parts = append(parts, ExplainedPart{explanation, sharedWords(&explanation), part.details(place)})
		}
	}
	return parts
}
