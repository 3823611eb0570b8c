package anomaly

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Day is a calendar day in UTC, counted from 1970-01-01 (day 0). Bills cut days in UTC.
type Day int32

const dayForm = "2006-01-02"

const secondsPerDay = 24 * 60 * 60

// DayOf returns the UTC day that contains an instant.
func DayOf(instant time.Time) Day {
	seconds := instant.Unix()
	days := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		days--
	}
	return Day(days)
}

// ParseDay reads a day such as "2026-09-30". Anything else is an InvalidInput error.
func ParseDay(text string) (Day, error) {
	instant, err := time.Parse(dayForm, text)
	if err != nil {
		return 0, fault.Wrap(err, fault.InvalidInput, "day %.40q is not a date such as 2026-09-30", text)
	}
	return DayOf(instant), nil
}

// Start returns the day's first instant.
func (d Day) Start() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String returns the form "2026-09-30".
func (d Day) String() string { return d.Start().Format(dayForm) }

// MarshalText writes the form "2026-09-30".
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form "2026-09-30".
func (d *Day) UnmarshalText(text []byte) error {
	parsed, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// weekday returns 0 for Sunday to 6 for Saturday; 1970-01-01 was a Thursday.
func (d Day) weekday() int { return ((int(d)+int(time.Thursday))%7 + 7) % 7 }
