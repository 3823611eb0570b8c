package allocation

import "iter"

// CellText is a cell as text, with as many fractional digits as its pool's quantum.
type CellText struct {
	Account string
	// Amount is valid until the next cell is asked for.
	Amount []byte
}

// Text yields the pool's cells as text, for large files: a shared pool's tenants in the given order
// of places in the roster (nil: byte order of id), then reserved accounts; other pools' cells in
// byte order of account.
func (p *PoolResult) Text(order []int) iter.Seq[CellText] {
	digits := p.Digits()
	fixed := func(cell Cell) CellText {
		return CellText{cell.Account, []byte(cell.Amount.StringFixed(int32(digits)))}
	}
	if p.roster == nil {
		return func(yield func(CellText) bool) {
			for _, cell := range p.direct {
				if !yield(fixed(cell)) {
					return
				}
			}
		}
	}
	return func(yield func(CellText) bool) {
		var text []byte
		for i := range p.roster.Len() {
			place := i
			if order != nil {
				place = order[i]
			}
			cell := CellText{Account: p.roster.tenants[place].ID}
			if only := &p.Parts[0]; len(p.Parts) == 1 && only.Fallback != FallbackResidual {
				text = only.portions.AppendText(text[:0], place, only.Digits)
				cell.Amount = text
			} else {
				cell = fixed(Cell{cell.Account, p.TenantCell(place)})
			}
			if !yield(cell) {
				return
			}
		}
		if amount, left := p.residual(); left {
			yield(fixed(Cell{AccountUnallocated, amount}))
		}
	}
}
