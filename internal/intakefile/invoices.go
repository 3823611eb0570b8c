package intakefile

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Invoices reads billing_account_id,invoice_id,currency,billed_cost,period: what billing says that
// each invoice amounts to. The period may be left to the import, and the invoice id may be empty,
// as the total of what an account was charged without naming invoices.
var Invoices = intake.Format{Kind: intake.KindInvoices, TakesPeriod: true, Read: readInvoices}

// invoiceColumns are the places of the columns; period is -1 where a file lacks it.
type invoiceColumns struct{ account, invoice, currency, cost, period int }

// readInvoices refuses an invoice that is given twice: two totals of one invoice would be summed, and
// a file that was exported twice would pass for a bill of double the size.
func readInvoices(files intake.Files, options intake.FormatOptions) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		var columns invoiceColumns
		seen := map[string]string{}
		for row, err := range csvfile.Records(files, func(file *csvfile.Reader) (err error) {
			columns, err = findInvoiceColumns(file)
			return err
		}) {
			var total closing.ControlTotal
			var month period.Period
			if err == nil {
				total, err = columns.read(row)
			}
			if err == nil {
				month, err = columns.month(row, options.Period)
			}
			if err == nil {
				key := strings.Join([]string{total.BillingAccountID, total.InvoiceID, total.Currency, month.String()}, "\x00")
				err = once(seen, key, row, columns.invoice)
			}
			if !yield(intake.ControlTotalRow(&total, month), err) || err != nil {
				return
			}
		}
	}
}

func findInvoiceColumns(file *csvfile.Reader) (invoiceColumns, error) {
	required, err := file.Require("billing_account_id", "invoice_id", "currency", "billed_cost")
	if err != nil {
		return invoiceColumns{}, err
	}
	return invoiceColumns{
		account: required[0], invoice: required[1], currency: required[2], cost: required[3],
		period: file.Column("period"),
	}, nil
}

func (c invoiceColumns) read(row *csvfile.Row) (total closing.ControlTotal, err error) {
	if total.BillingAccountID, err = plainText(row, c.account); err != nil {
		return total, err
	}
	if total.InvoiceID, err = plainText(row, c.invoice); err != nil {
		return total, err
	}
	total.Currency = row.Text(c.currency)
	if _, err := money.MinorDigits(total.Currency); err != nil {
		return total, row.Wrap(c.currency, err, "")
	}
	total.BilledCost, err = number(row, c.cost)
	return total, err
}

// month refuses a line that neither it nor the import gives a month.
func (c invoiceColumns) month(row *csvfile.Row, given period.Period) (period.Period, error) {
	month, err := ownOrGiven(row, c.period, given)
	if err == nil && month.IsZero() {
		err = row.Errorf(c.cost, "the row has no period; say which month it belongs to (--period)")
	}
	return month, err
}
