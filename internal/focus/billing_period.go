package focus

import (
	"errors"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
)

var (
	errMidMonth  = errors.New("is not the first instant of a month in UTC, at which a billing period starts")
	errNotAMonth = errors.New("is not one month after BillingPeriodStart; FOCUS gives the end as the first instant of the next period")
)

// setBillingPeriod refuses a start within a month: rounding it down would put a bill that runs from
// the 15th to the 15th into a month that nobody was invoiced for.
func setBillingPeriod(c *charge.Charge, m *memory, field []byte) error {
	if m.repeats(field) {
		c.BillingPeriod = m.lastPeriod
		return nil
	}
	start, err := m.instant(field)
	if err != nil {
		return err
	}
	c.BillingPeriod = period.Of(start)
	if !start.Equal(c.BillingPeriod.Start()) {
		m.hasLast = false
		return errMidMonth
	}
	m.lastPeriod = c.BillingPeriod
	return nil
}

// setBillingPeriodEnd only checks. Columns are set in the order of the list, so that the start is
// known here.
func setBillingPeriodEnd(c *charge.Charge, m *memory, field []byte) error {
	if m.repeats(field) && m.lastPeriod == c.BillingPeriod {
		return nil
	}
	end, err := m.instant(field)
	if err != nil {
		return err
	}
	if !end.Equal(c.BillingPeriod.End()) {
		m.hasLast = false
		return errNotAMonth
	}
	m.lastPeriod = c.BillingPeriod
	return nil
}
