package sample

import (
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// Totals sums charges into control totals while they pass.
type Totals map[string]closing.ControlTotal

// Add counts a charge.
func (t Totals) Add(c *charge.Charge) {
	key := c.BillingAccountID + "\x00" + c.InvoiceID + "\x00" + c.Currency
	total, known := t[key]
	if !known {
		total = closing.ControlTotal{BillingAccountID: c.BillingAccountID, InvoiceID: c.InvoiceID, Currency: c.Currency}
	}
	total.BilledCost = total.BilledCost.Add(c.BilledCost)
	t[key] = total
}

// List returns the control totals in the order of account, invoice and currency.
func (t Totals) List() []closing.ControlTotal {
	list := make([]closing.ControlTotal, 0, len(t))
	for _, key := range sortedKeys(t) {
		list = append(list, t[key])
	}
	return list
}
