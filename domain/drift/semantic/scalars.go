package semantic

import (
	"encoding/base64"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// longestNumber bounds, in bytes, what is read as a number in a text.
const longestNumber = 64

// looseNumber takes any decimal spelling for the number: "007", "1.10", "+5", " 1e3 ".
func looseNumber(value document.Value) (document.Value, bool) {
	if !value.IsScalar() || value.Kind() == document.Bool {
		return value, false
	}
	text := strings.TrimPrefix(strings.TrimSpace(value.Text()), "+")
	if text == "" || len(text) > longestNumber || (text[0] != '-' && text[0] != '.' && (text[0] < '0' || text[0] > '9')) {
		return value, false
	}
	// JSON has neither leading zeros nor a leading dot.
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	text = strings.TrimLeft(text, "0")
	if text == "" || text[0] < '0' || text[0] > '9' {
		text = "0" + text
	}
	if value.Kind() == document.Number && sign == "" && text == value.Text() {
		return value, true
	}
	number, err := document.NumberValue(sign + text)
	return number, err == nil
}

// exactDigits is the number of digits that a single-precision number keeps.
const exactDigits = 8

// sameSingle holds where a fraction came back through single precision: 0.1 as 0.10000000149011612.
func sameSingle(desired, actual string) bool {
	if !strings.Contains(actual, ".") || len(actual) <= exactDigits+len("0.") || len(actual) > longestNumber || len(desired) > exactDigits+len("0.") {
		return false
	}
	declared, err := strconv.ParseFloat(desired, 32)
	if err != nil {
		return false
	}
	live, err := strconv.ParseFloat(actual, 64)
	return err == nil && live == declared
}

// parseDecimal reads a decimal number exactly; no fractions, no other bases.
func parseDecimal(text string) (*big.Rat, bool) {
	if text == "" || len(text) > longestNumber || strings.ContainsAny(text, "/_xXpPbBoO") {
		return nil, false
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 && len(text)-at > 5 {
		return nil, false // a number of ten thousand digits and more
	}
	return new(big.Rat).SetString(text)
}

var yes, no = document.BoolValue(true), document.BoolValue(false)

// looseBoolean takes the spellings that configuration languages use, in any case.
func looseBoolean(value document.Value) (document.Value, bool) {
	text := value.Text()
	if len(text) > len("disabled") {
		return value, false
	}
	switch strings.ToLower(text) {
	case "true", "yes", "on", "enabled", "1":
		return yes, true
	case "false", "no", "off", "disabled", "0":
		return no, true
	default:
		return value, false
	}
}

func foldCase(text string) (string, bool) { return strings.ToLower(text), true }

// trimmed also writes the ends of lines one way.
func trimmed(text string) (string, bool) {
	return strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n"), true
}

func foldSpaces(text string) (string, bool) { return strings.Join(strings.Fields(text), " "), true }

func sortedWords(text string) (string, bool) {
	words := strings.Fields(text)
	slices.Sort(words)
	return strings.Join(words, " "), true
}

func sortedItems(text string) (string, bool) { return sortedParts(text, ",") }

// sortedAttributes orders attributes such as a=1;b=2.
func sortedAttributes(text string) (string, bool) {
	return sortedParts(strings.TrimSuffix(text, ";"), ";")
}

func sortedParts(text, separator string) (string, bool) {
	items := strings.Split(text, separator)
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
	}
	slices.Sort(items)
	return strings.Join(items, separator), true
}

// sameJoined takes a list of scalars for the text that holds them between commas, and a list of one
// for its element; order does not count.
func sameJoined(desired, actual document.Value) bool {
	list, text := desired, actual
	if list.Kind() != document.Array {
		list, text = actual, desired
	}
	if list.Kind() != document.Array || list.Len() == 0 || !text.IsScalar() {
		return Plain(desired, actual)
	}
	items := make([]string, list.Len())
	for i, item := range list.Elements() {
		if !item.IsScalar() {
			return false
		}
		items[i] = item.Text()
	}
	joined, _ := sortedItems(strings.Join(items, ","))
	written, _ := sortedItems(text.Text())
	return joined == written
}

// unescapedSlash undoes the ~1 that stands for a slash where a name is a step of a JSON pointer.
func unescapedSlash(text string) (string, bool) {
	return strings.ReplaceAll(text, "~1", "/"), strings.ContainsAny(text, "~/")
}

// timeLayouts are the spellings of an instant with its offset.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", time.RFC1123Z, time.RFC1123, "2006-01-02T15:04Z07:00", time.DateOnly}

// canonicalTime brings an instant to UTC; a date is its first one.
func canonicalTime(text string) (string, bool) {
	if len(text) < len(time.DateOnly) {
		return "", false
	}
	year, day := text[4] == '-' && strings.Trim(text[:4], "0123456789") == "", text[3] == ','
	if !year && !day { // most texts, without the cost of parsing
		return "", false
	}
	for _, layout := range timeLayouts {
		if instant, err := time.Parse(layout, text); err == nil {
			return instant.UTC().Format(time.RFC3339Nano), true
		}
	}
	return "", false
}

// startOfHour takes Unix seconds, or an instant, to the hour that it lies in, for providers that
// round down to it.
func startOfHour(value document.Value) (document.Value, bool) {
	if instant, ok := canonicalTime(value.Text()); ok && value.Kind() == document.String {
		parsed, err := time.Parse(time.RFC3339Nano, instant)
		return document.TextValue(parsed.Truncate(time.Hour).Format(time.RFC3339)), err == nil
	}
	seconds, ok := parseDecimal(value.Text())
	if !ok || !value.IsScalar() || !seconds.IsInt() || !seconds.Num().IsInt64() {
		return value, false
	}
	return document.TextValue(time.Unix(seconds.Num().Int64(), 0).UTC().Truncate(time.Hour).Format(time.RFC3339)), true
}

// secondsOfNow and millisecondsOfNow are the digits of Unix time, from 2001 to 2286, by which it is told
// from other numbers.
const secondsOfNow, millisecondsOfNow = 10, 13

// sameInstant takes Unix time, in seconds or milliseconds, for the instant or date that it is.
func sameInstant(desired, actual string) bool {
	number, written := desired, actual
	if len(number) > 0 && strings.Trim(number, "0123456789") != "" {
		number, written = actual, desired
	}
	count, err := strconv.ParseInt(number, 10, 64)
	instant, isTime := canonicalTime(written)
	if err != nil || !isTime {
		return false
	}
	var since time.Time
	switch len(number) {
	case secondsOfNow:
		since = time.Unix(count, 0)
	case millisecondsOfNow:
		since = time.UnixMilli(count)
	default:
		return false
	}
	return since.UTC().Format(time.RFC3339Nano) == instant
}

// sameBase64 takes a text for its own encoding, whichever side encodes it.
func sameBase64(desired, actual string) bool {
	decodes := func(encoded, plain string) bool {
		if len(encoded) != base64.StdEncoding.EncodedLen(len(plain)) {
			return false
		}
		decoded, err := base64.StdEncoding.DecodeString(encoded)
		return err == nil && len(decoded) > 0 && string(decoded) == plain
	}
	return decodes(desired, actual) || decodes(actual, desired)
}
