package semantic

import (
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

func pow(base, exponent int64) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil))
}

func inverse(rat *big.Rat) *big.Rat { return new(big.Rat).Inv(rat) }

// quantityUnits are the suffixes of Kubernetes quantities: decimal, binary, and parts of one.
var quantityUnits = map[string]*big.Rat{
	"": pow(10, 0), "n": inverse(pow(10, 9)), "u": inverse(pow(10, 6)), "m": inverse(pow(10, 3)),
	"k": pow(10, 3), "M": pow(10, 6), "G": pow(10, 9), "T": pow(10, 12), "P": pow(10, 15), "E": pow(10, 18),
	"Ki": pow(2, 10), "Mi": pow(2, 20), "Gi": pow(2, 30), "Ti": pow(2, 40), "Pi": pow(2, 50), "Ei": pow(2, 60),
}

// cpuUnits are cores and thousandths of one.
var cpuUnits = map[string]*big.Rat{"": pow(10, 0), "m": inverse(pow(10, 3)), "u": inverse(pow(10, 6)), "n": inverse(pow(10, 9))}

// byteUnits are suffixes of sizes, in lower case: KB, K and kB are 1000, KiB and Ki are 1024.
var byteUnits = func() map[string]*big.Rat {
	units := map[string]*big.Rat{"": pow(10, 0), "b": pow(10, 0), "byte": pow(10, 0), "bytes": pow(10, 0)}
	for i, letter := range []string{"k", "m", "g", "t", "p", "e"} {
		decimal, binary := pow(10, 3*int64(i+1)), pow(2, 10*int64(i+1))
		units[letter], units[letter+"b"] = decimal, decimal
		units[letter+"i"], units[letter+"ib"] = binary, binary
	}
	return units
}()

// taskUnits are the suffixes of the sizes of containers' tasks: processors in units of 1/1024, memory in
// MiB.
var taskUnits = map[string]*big.Rat{"": pow(10, 0), "vcpu": pow(2, 10), "gb": pow(2, 10)}

// quantity makes a Normalize that takes a number with a unit to its exact value in the base unit.
func quantity(units map[string]*big.Rat, anyCase bool) func(document.Value) (document.Value, bool) {
	return func(value document.Value) (document.Value, bool) {
		if !value.IsScalar() || value.Kind() == document.Bool {
			return value, false
		}
		number, unit := splitUnit(strings.TrimSpace(value.Text()))
		if anyCase {
			unit = strings.ToLower(unit)
		}
		amount, isNumber := parseDecimal(number)
		factor, isUnit := units[unit]
		if !isNumber || !isUnit {
			return value, false
		}
		return document.TextValue(amount.Mul(amount, factor).RatString()), true
	}
}

// splitUnit parts "1.5e3 Mi" into number and unit; an exponent needs a digit, so that 1E is a unit.
func splitUnit(text string) (number, unit string) {
	end := 0
	for end < len(text) {
		c := text[end]
		exponent := (c == 'e' || c == 'E') && end+1 < len(text) && strings.IndexByte("+-0123456789", text[end+1]) >= 0
		if (c < '0' || c > '9') && c != '.' && c != '+' && c != '-' && !exponent {
			break
		}
		end++
	}
	return text[:end], strings.TrimSpace(text[end:])
}

var isoDuration = regexp.MustCompile(`^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$`)

// isoSeconds are the seconds of a week, day, hour, minute and second. Months and years have no fixed
// length, so durations that hold them are compared as they are written.
var isoSeconds = []int64{604800, 86400, 3600, 60, 1}

// longUnits are the units that time.ParseDuration does not know.
var longUnits = map[string]*big.Rat{
	"": pow(10, 0), "s": pow(10, 0), "sec": pow(10, 0), "secs": pow(10, 0), "second": pow(10, 0), "seconds": pow(10, 0),
	"min": pow(60, 1), "mins": pow(60, 1), "minute": pow(60, 1), "minutes": pow(60, 1),
	"hour": pow(3600, 1), "hours": pow(3600, 1), "d": pow(86400, 1), "day": pow(86400, 1), "days": pow(86400, 1),
	"w": pow(604800, 1), "week": pow(604800, 1), "weeks": pow(604800, 1),
}

// duration takes a length of time to exact seconds: Go's 1h30m, ISO 8601's PT1H30M, 90 minutes, and
// a plain number for seconds.
func duration(value document.Value) (document.Value, bool) {
	if !value.IsScalar() || value.Kind() == document.Bool {
		return value, false
	}
	text := strings.TrimSpace(value.Text())
	if number, unit := splitUnit(text); longUnits[strings.ToLower(unit)] != nil {
		if amount, ok := parseDecimal(number); ok {
			return document.TextValue(amount.Mul(amount, longUnits[strings.ToLower(unit)]).RatString()), true
		}
	}
	if parsed, err := time.ParseDuration(text); err == nil {
		return document.TextValue(new(big.Rat).SetFrac64(int64(parsed), int64(time.Second)).RatString()), true
	}
	parts := isoDuration.FindStringSubmatch(text)
	if parts == nil || len(text) < 3 || strings.HasSuffix(text, "T") {
		return value, false
	}
	total := new(big.Rat)
	for i, seconds := range isoSeconds {
		if amount, ok := parseDecimal(parts[i+1]); ok {
			total.Add(total, amount.Mul(amount, pow(seconds, 1)))
		}
	}
	return document.TextValue(total.RatString()), true
}
