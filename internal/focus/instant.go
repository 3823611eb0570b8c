package focus

import (
	"errors"
	"time"

	"github.com/omnicloud/omnicloud/domain/instant"
)

// firstYear and lastYear bound what a bill may be about; anything else is a slip of the pen, and
// would make a period that nobody can close.
const (
	firstYear = 1900
	lastYear  = 2200
)

var errNotATime = errors.New("is not a time such as 2024-09-01T00:00:00Z or 2024-09-01 00:00:00, from 1900 to 2200")

// parseInstant reads a date, or a date and a time of day separated by "T" or a space, with optional
// seconds, fraction and zone (Z, UTC, +hh:mm or +hhmm; none means UTC, as FOCUS demands).
//
// Hours 24 to 99 are carried into the following days: the examples of the FOCUS specification
// write the end of an hour series as 2023-02-01T30:00:00Z and mean 06:00 on the next day.
func parseInstant(field []byte) (time.Time, error) {
	day, rest, ok := parseDate(field)
	if !ok {
		return time.Time{}, errNotATime
	}
	if len(rest) == 0 {
		return day, nil
	}
	if rest[0] != 'T' && rest[0] != ' ' && rest[0] != 't' {
		return time.Time{}, errNotATime
	}
	clock, rest, ok := parseClock(rest[1:])
	if !ok {
		return time.Time{}, errNotATime
	}
	offset, ok := parseZone(rest)
	if !ok {
		return time.Time{}, errNotATime
	}
	return instant.Of(day.Add(clock - offset)), nil
}

func parseDate(text []byte) (day time.Time, rest []byte, ok bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return time.Time{}, nil, false
	}
	century, okCentury := twoDigits(text)
	year, okYear := twoDigits(text[2:])
	month, okMonth := twoDigits(text[5:])
	dayOfMonth, okDay := twoDigits(text[8:])
	if !okCentury || !okYear || !okMonth || !okDay {
		return time.Time{}, nil, false
	}
	day = time.Date(century*100+year, time.Month(month), dayOfMonth, 0, 0, 0, 0, time.UTC)
	// time.Date carries 2024-02-30 into March; a bill that says so is wrong, unlike one that counts
	// hours past midnight.
	if day.Month() != time.Month(month) || day.Day() != dayOfMonth || day.Year() < firstYear || day.Year() > lastYear {
		return time.Time{}, nil, false
	}
	return day, text[10:], true
}

func parseClock(text []byte) (clock time.Duration, rest []byte, ok bool) {
	if len(text) < 5 || text[2] != ':' {
		return 0, nil, false
	}
	hour, okHour := twoDigits(text)
	minute, okMinute := twoDigits(text[3:])
	if !okHour || !okMinute || minute > 59 {
		return 0, nil, false
	}
	clock = time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	rest = text[5:]
	if len(rest) < 3 || rest[0] != ':' {
		return clock, rest, true
	}
	second, okSecond := twoDigits(rest[1:])
	if !okSecond || second > 59 {
		return 0, nil, false
	}
	fraction, rest, ok := parseFraction(rest[3:])
	return clock + time.Duration(second)*time.Second + fraction, rest, ok
}

// parseFraction reads "." and one to nine digits; further digits are below a nanosecond and refused
// rather than dropped.
func parseFraction(text []byte) (fraction time.Duration, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '.' {
		return 0, text, true
	}
	text = text[1:]
	unit := time.Second
	for len(text) > 0 && text[0] >= '0' && text[0] <= '9' {
		unit /= 10
		if unit == 0 {
			return 0, nil, false
		}
		fraction += unit * time.Duration(text[0]-'0')
		text = text[1:]
	}
	return fraction, text, unit < time.Second
}

func parseZone(text []byte) (offset time.Duration, ok bool) {
	switch string(text) {
	case "", "Z", "z", " UTC", "UTC":
		return 0, true
	}
	if text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	digits := text[1:]
	if len(digits) == 5 && digits[2] == ':' {
		digits = []byte{digits[0], digits[1], digits[3], digits[4]}
	}
	if len(digits) != 4 {
		return 0, false
	}
	hours, okHours := twoDigits(digits)
	minutes, okMinutes := twoDigits(digits[2:])
	if !okHours || !okMinutes || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if text[0] == '-' {
		offset = -offset
	}
	return offset, true
}

func twoDigits(text []byte) (int, bool) {
	if len(text) < 2 || text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9' {
		return 0, false
	}
	return int(text[0]-'0')*10 + int(text[1]-'0'), true
}
