// Package period holds the calendar month in UTC, the unit in which bills are closed.
package period

import (
	"fmt"
	"regexp"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Period is a calendar month in UTC, from its first instant (included) to the first instant of the
// next month (excluded). The zero value is no period.
type Period struct {
	year  int
	month time.Month
}

var form = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// New returns the period of a year and a month.
func New(year int, month time.Month) Period { return Period{year: year, month: month} }

// Of returns the period that contains an instant.
func Of(instant time.Time) Period {
	utc := instant.UTC()
	return Period{year: utc.Year(), month: utc.Month()}
}

// Parse reads "2026-09". Anything else is an InvalidInput error.
func Parse(text string) (Period, error) {
	if !form.MatchString(text) {
		return Period{}, fault.New(fault.InvalidInput, "period %q is not a month such as 2026-09", text)
	}
	instant, err := time.Parse("2006-01", text)
	if err != nil {
		return Period{}, fault.Wrap(err, fault.InvalidInput, "period %q is not a month such as 2026-09", text)
	}
	return Of(instant), nil
}

// String returns the form "2026-09", or the empty string for the zero value.
func (p Period) String() string {
	if p.IsZero() {
		return ""
	}
	month := int(p.month)
	if p.year < 1000 || p.year > 9999 {
		return fmt.Sprintf("%04d-%02d", p.year, month)
	}
	// Every row of a bill is stored with its month.
	return string([]byte{
		byte('0' + p.year/1000), byte('0' + p.year/100%10), byte('0' + p.year/10%10), byte('0' + p.year%10),
		'-', byte('0' + month/10), byte('0' + month%10),
	})
}

// IsZero reports whether p is no period.
func (p Period) IsZero() bool { return p.month == 0 }

// Start returns the first instant.
func (p Period) Start() time.Time { return time.Date(p.year, p.month, 1, 0, 0, 0, 0, time.UTC) }

// End returns the first instant after the period.
func (p Period) End() time.Time { return p.Start().AddDate(0, 1, 0) }

// Next returns the following month.
func (p Period) Next() Period { return Of(p.End()) }

// Previous returns the month before.
func (p Period) Previous() Period { return Of(p.Start().AddDate(0, -1, 0)) }

// Before reports whether p lies before q.
func (p Period) Before(q Period) bool { return p.Start().Before(q.Start()) }

// Contains reports whether an instant lies in the period.
func (p Period) Contains(instant time.Time) bool {
	return !instant.Before(p.Start()) && instant.Before(p.End())
}

// MarshalText writes the form "2026-09"; the zero value becomes the empty string.
func (p Period) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form "2026-09" or the empty string.
func (p *Period) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Period{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
