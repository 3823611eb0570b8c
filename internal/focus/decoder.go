package focus

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// Options fill in what a file leaves out.
type Options struct {
	// Currency is that of a file without BillingCurrency; empty makes such a file an error.
	Currency string
	// BillingAccount is that of a file without BillingAccountId; it may be empty, as the account of a
	// provider who has but one, where the file does not have the column at all.
	BillingAccount string
}

// decoder turns the records of one file into charges. Each has its own memory, so that files and
// cores do not wait for each other.
type decoder struct {
	options  Options
	bindings []binding
	// end is the place of ChargePeriodEnd, -1 where the file has none.
	end int
}

// binding is a column of the file that is read.
type binding struct {
	column
	place  int
	memory memory
	// presence follows which rows hold a value.
	presence presence
}

// newDecoder matches the header with the columns. Names are compared without regard to case, since
// warehouses fold it. A missing required column, or a known one given twice, is an InvalidInput
// error.
func newDecoder(file *csvfile.Reader, options Options) (*decoder, error) {
	d := &decoder{options: options}
	for _, known := range columns {
		place, err := locate(file, known)
		if err != nil {
			return nil, err
		}
		if place >= 0 {
			d.bindings = append(d.bindings, binding{column: known, place: place, presence: presence{flag: options.flagFor(known.name)}})
		}
	}
	d.end = d.place("ChargePeriodEnd")
	if d.place("BillingCurrency") < 0 && options.Currency == "" {
		return nil, fault.Invalid(file.Name()+":1:BillingCurrency",
			"%s has no column BillingCurrency; say in which currency its amounts are (--currency)", file.Name())
	}
	return d, nil
}

// locate returns the place of a column in the header, -1 for one that may be missing and is.
func locate(file *csvfile.Reader, wanted column) (int, error) {
	place := -1
	for i, name := range file.Header() {
		if !strings.EqualFold(name, wanted.name) {
			continue
		}
		if place >= 0 {
			return -1, fault.Invalid(file.Name()+":1:"+wanted.name, "%s has the column %s twice", file.Name(), wanted.name)
		}
		place = i
	}
	if place < 0 && wanted.demand == required {
		return -1, fault.Invalid(file.Name()+":1:"+wanted.name, "%s has no column %s, which every FOCUS file has; its header is %.200q",
			file.Name(), wanted.name, strings.Join(file.Header(), ","))
	}
	return place, nil
}

// decode reads a record into c, overwriting all of it. A value that breaks its column's rule is an
// InvalidInput error that names file, line, column and value.
func (d *decoder) decode(row *csvfile.Row, c *charge.Charge) error {
	*c = charge.Charge{BillingAccountID: d.options.BillingAccount, Currency: d.options.Currency}
	for i := range d.bindings {
		bound := &d.bindings[i]
		field := row.Field(bound.place)
		absent := isAbsent(field)
		if bound.demand != optional {
			if err := bound.checkPresence(row, absent); err != nil {
				return err
			}
		}
		if absent {
			continue
		}
		if err := bound.set(c, &bound.memory, field); err != nil {
			return row.Wrap(bound.place, err, "")
		}
	}
	return d.check(row, c)
}

// check holds the rules that span columns.
func (d *decoder) check(row *csvfile.Row, c *charge.Charge) error {
	if !c.ChargePeriodEnd.IsZero() && c.ChargePeriodEnd.Before(c.ChargePeriodStart) {
		return row.Errorf(d.end, "lies before ChargePeriodStart")
	}
	return nil
}

func (d *decoder) place(name string) int {
	for _, bound := range d.bindings {
		if bound.name == name {
			return bound.place
		}
	}
	return -1
}
