package statement

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// Converted is the sum of a tenant's cells in another currency, each apportioned so that those of all
// tenants and accounts sum to the converted bill. It informs; what is owed is in the section's currency.
type Converted struct {
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
	// Rate is nil where the section is in that currency already.
	Rate *exchange.Rate `json:"rate,omitempty"`
}

// AddConverted adds what one of the tenant's cells comes to in another currency to its line and section.
// source is the conversion of everything in the cell's currency.
func (s *Statement) AddConverted(cell ledger.Cell, source exchange.Conversion, amount decimal.Decimal) {
	place := slices.IndexFunc(s.Sections, func(section Section) bool { return section.Currency == cell.Currency })
	if place < 0 {
		return
	}
	section := &s.Sections[place]
	if section.Converted == nil {
		section.Converted = &Converted{Currency: source.To, Rate: source.Rate}
	}
	section.Converted.Amount = section.Converted.Amount.Add(amount)
	lines := section.Shared
	if isDirect(cell.Pool) {
		lines = section.Direct
	}
	if at := slices.IndexFunc(lines, func(line Line) bool { return line.PoolID == cell.Pool }); at >= 0 {
		if before := lines[at].Converted; before != nil {
			amount = before.Add(amount)
		}
		lines[at].Converted = &amount
	}
}
