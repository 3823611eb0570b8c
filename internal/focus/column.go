package focus

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/money"
)

// longestID bounds account and invoice ids, which become keys of slices and indexes.
const longestID = 256

var (
	errAbsent  = errors.New("is required in every row")
	errNotText = errors.New("is not UTF-8 text without zero bytes")
	errLongID  = errors.New("is longer than 256 bytes")
)

// column is a FOCUS column that charges are made of.
type column struct {
	name   string
	demand demand
	// set reads a present value into the charge; it gets the decoder's memory of this column.
	set func(c *charge.Charge, m *memory, field []byte) error
}

// columns lists what is read of FOCUS 1.0 to 1.3; all other columns are passed over. The versions
// differ in what they demand (1.0 has no InvoiceId, for one), and the examples of the specification
// leave out more, so only the costs and the times that decide a period are required here.
var columns = []column{
	{"BilledCost", required, amountColumn(func(c *charge.Charge) *decimal.Decimal { return &c.BilledCost })},
	{"EffectiveCost", required, amountColumn(func(c *charge.Charge) *decimal.Decimal { return &c.EffectiveCost })},
	{"BillingPeriodStart", required, setBillingPeriod},
	{"BillingPeriodEnd", optional, setBillingPeriodEnd},
	{"ChargePeriodStart", required, instantColumn(func(c *charge.Charge) *time.Time { return &c.ChargePeriodStart })},
	{"ChargePeriodEnd", optional, instantColumn(func(c *charge.Charge) *time.Time { return &c.ChargePeriodEnd })},
	{"BillingAccountId", consistent, idColumn(func(c *charge.Charge) *string { return &c.BillingAccountID })},
	{"BillingCurrency", consistent, setCurrency},
	{"InvoiceId", optional, idColumn(func(c *charge.Charge) *string { return &c.InvoiceID })},
	{"ChargeCategory", consistent, setCategory},
	{"ChargeClass", optional, textColumn(func(c *charge.Charge) *string { return &c.ChargeClass })},
	{"ChargeDescription", optional, textColumn(func(c *charge.Charge) *string { return &c.Description })},
	{"SubAccountId", optional, textColumn(func(c *charge.Charge) *string { return &c.SubAccountID })},
	{"SubAccountName", optional, textColumn(func(c *charge.Charge) *string { return &c.SubAccountName })},
	{"ServiceName", optional, textColumn(func(c *charge.Charge) *string { return &c.ServiceName })},
	{"ServiceCategory", optional, textColumn(func(c *charge.Charge) *string { return &c.ServiceCategory })},
	{"ResourceId", optional, textColumn(func(c *charge.Charge) *string { return &c.ResourceID })},
	{"ResourceName", optional, textColumn(func(c *charge.Charge) *string { return &c.ResourceName })},
	{"ResourceType", optional, textColumn(func(c *charge.Charge) *string { return &c.ResourceType })},
	{"RegionId", optional, textColumn(func(c *charge.Charge) *string { return &c.RegionID })},
	{"SkuId", optional, textColumn(func(c *charge.Charge) *string { return &c.SkuID })},
	{"ConsumedQuantity", optional, quantityColumn(func(c *charge.Charge) *decimal.NullDecimal { return &c.ConsumedQuantity })},
	{"ConsumedUnit", optional, textColumn(func(c *charge.Charge) *string { return &c.ConsumedUnit })},
	{"CommitmentDiscountId", optional, textColumn(func(c *charge.Charge) *string { return &c.CommitmentDiscountID })},
	{"CommitmentDiscountStatus", optional, textColumn(func(c *charge.Charge) *string { return &c.CommitmentDiscountStatus })},
	{"CommitmentDiscountQuantity", optional, quantityColumn(func(c *charge.Charge) *decimal.NullDecimal { return &c.CommitmentDiscountQuantity })},
	{"Tags", optional, setTags},
}

func amountColumn(place func(*charge.Charge) *decimal.Decimal) func(*charge.Charge, *memory, []byte) error {
	return func(c *charge.Charge, m *memory, field []byte) (err error) {
		*place(c), err = m.amount(field)
		return err
	}
}

func quantityColumn(place func(*charge.Charge) *decimal.NullDecimal) func(*charge.Charge, *memory, []byte) error {
	return func(c *charge.Charge, m *memory, field []byte) error {
		value, err := m.amount(field)
		*place(c) = decimal.NullDecimal{Decimal: value, Valid: err == nil}
		return err
	}
}

func instantColumn(place func(*charge.Charge) *time.Time) func(*charge.Charge, *memory, []byte) error {
	return func(c *charge.Charge, m *memory, field []byte) (err error) {
		*place(c), err = m.instant(field)
		return err
	}
}

func textColumn(place func(*charge.Charge) *string) func(*charge.Charge, *memory, []byte) error {
	return func(c *charge.Charge, m *memory, field []byte) (err error) {
		*place(c), err = m.text(field)
		return err
	}
}

func idColumn(place func(*charge.Charge) *string) func(*charge.Charge, *memory, []byte) error {
	return func(c *charge.Charge, m *memory, field []byte) (err error) {
		if len(field) > longestID {
			return errLongID
		}
		*place(c), err = m.text(field)
		return err
	}
}

func setCurrency(c *charge.Charge, m *memory, field []byte) (err error) {
	before, known := m.lastText, m.hasLast
	if c.Currency, err = m.text(field); err != nil || known && c.Currency == before {
		return err
	}
	_, err = money.MinorDigits(c.Currency)
	return err
}

func setCategory(c *charge.Charge, m *memory, field []byte) (err error) {
	if c.ChargeCategory, err = m.text(field); err != nil {
		return err
	}
	return charge.CheckCategory(c.ChargeCategory)
}

func setTags(c *charge.Charge, m *memory, field []byte) (err error) {
	c.Tags, err = m.tags(field)
	return err
}

// isAbsent reports whether a field stands for no value, in any of the spellings that exports use.
func isAbsent(field []byte) bool {
	switch len(field) {
	case 0:
		return true
	case 4:
		return string(field) == "NULL" || string(field) == "null"
	case 6:
		return string(field) == "(null)"
	default:
		return false
	}
}

// isStorable reports whether PostgreSQL can keep a text as it is.
func isStorable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}
