package allocation

import (
	"encoding/json"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// MethodDetails are in the manner of the FOCUS 1.3 column AllocatedMethodDetails; names that begin
// with x_ are ours. The ratios of the elements sum to exactly 1.
type MethodDetails struct {
	Elements []MethodElement `json:"Elements"`
}

// MethodElement is a part of what was split, and by what it went to whom.
type MethodElement struct {
	// AllocatedRatio has 18 digits, apportioned so that the ratios sum to 1; Exact is the same as a
	// fraction in lowest terms.
	AllocatedRatio json.Number `json:"AllocatedRatio"`
	Exact          string      `json:"x_ExactRatio"`
	// Driver is the category whose use gave the element; empty where the strategy asks for none.
	Driver   CostCategory `json:"UsageUnit,omitempty"`
	Quantity string       `json:"UsageQuantity,omitempty"`
	Total    string       `json:"x_TotalQuantity,omitempty"`
	// BorneBy is "account" for the account that is explained, "others" for all others together.
	BorneBy string `json:"x_BorneBy"`
}

const (
	borneByAccount = "account"
	borneByOthers  = "others"

	ratioDigits = 18
)

// wholeDetails are those of what went to one account as a whole.
func wholeDetails() MethodDetails {
	return MethodDetails{[]MethodElement{{AllocatedRatio: "1", Exact: "1", BorneBy: borneByAccount}}}
}

// details are those of a tenant's cell: an element per driver that counted, or one where the strategy
// has no drivers, and one for all others where they bear anything.
func (p *Part) details(place int) MethodDetails {
	var elements []MethodElement
	var ratios []*big.Rat
	rest := big.NewRat(1, 1)
	add := func(element MethodElement, ratio *big.Rat) {
		element.Exact = ratio.RatString()
		elements, ratios = append(elements, element), append(ratios, ratio)
		rest.Sub(rest, ratio)
	}
	for _, term := range p.terms(place) {
		add(MethodElement{
			Driver: term.category, Quantity: quantityText(term.quantity(place)),
			Total: quantityText(new(big.Rat).SetFrac(term.total, term.denominator)), BorneBy: borneByAccount,
		}, term.ratio)
	}
	if len(elements) == 0 {
		add(MethodElement{BorneBy: borneByAccount}, p.Share(place))
	}
	if rest.Sign() > 0 {
		add(MethodElement{BorneBy: borneByOthers}, new(big.Rat).Set(rest))
	}
	for i, ratio := range decimalRatios(ratios) {
		elements[i].AllocatedRatio = json.Number(ratio.String())
	}
	return MethodDetails{elements}
}

// term is what a driver that counts adds to a tenant's share.
type term struct {
	partDriver
	ratio *big.Rat
}

// terms returns nothing where the share does not come of drivers. They sum to the share.
func (p *Part) terms(place int) []term {
	if p.Fallback != "" {
		return nil
	}
	var terms []term
	weights := decimal.Zero
	for _, driver := range p.drivers {
		if driver.total.Sign() > 0 {
			weights = weights.Add(driver.weight)
			terms = append(terms, term{partDriver: driver})
		}
	}
	for i := range terms {
		ratio := new(big.Rat).SetFrac(terms[i].units[place], terms[i].total)
		terms[i].ratio = ratio.Mul(ratio, terms[i].weight.Rat()).Quo(ratio, weights.Rat())
	}
	return terms
}

// decimalRatios writes ratios that sum to 1 as decimals that do so too.
func decimalRatios(ratios []*big.Rat) []decimal.Decimal {
	common := big.NewInt(1)
	for _, ratio := range ratios {
		common = multiple(common, ratio.Denom())
	}
	units := make([]*big.Int, len(ratios))
	for i, ratio := range ratios {
		units[i] = new(big.Int).Quo(common, ratio.Denom())
		units[i].Mul(units[i], ratio.Num())
	}
	decimals := make([]decimal.Decimal, len(ratios))
	weights, err := money.NewWeights(units)
	if err != nil {
		return decimals
	}
	portions, err := money.Apportion(money.Units(decimal.NewFromInt(1), ratioDigits), weights)
	if err != nil {
		return decimals
	}
	for i := range decimals {
		decimals[i] = portions.Decimal(i, ratioDigits)
	}
	return decimals
}
