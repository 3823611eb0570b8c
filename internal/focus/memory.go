package focus

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

const (
	// rememberedValues bounds the memory of one column. Bills repeat most values endlessly; those
	// that are unique per row (some resource ids) would fill it for nothing.
	rememberedValues = 1 << 14
	// rememberedBytes is the longest value worth remembering.
	rememberedBytes = 1 << 10
)

// memory keeps what the values of one column were read as, so that a value that repeats costs a
// comparison or a look-up and no allocation. The strings and maps it returns are shared between
// charges.
type memory struct {
	last     []byte
	hasLast  bool
	lastText string
	texts    map[string]string

	lastInstant time.Time
	lastPeriod  period.Period
	lastAmount  decimal.Decimal

	lastTags map[string]string
	allTags  map[string]map[string]string
}

func (m *memory) repeats(field []byte) bool { return m.hasLast && string(m.last) == string(field) }

func (m *memory) remember(field []byte) {
	m.last = append(m.last[:0], field...)
	m.hasLast = true
}

// text compares with the value before first: neighbouring rows of a bill mostly agree.
func (m *memory) text(field []byte) (string, error) {
	if m.hasLast && m.lastText == string(field) {
		return m.lastText, nil
	}
	known, found := m.texts[string(field)]
	if !found {
		known = string(field)
		if !isStorable(known) {
			return "", errNotText
		}
		if len(m.texts) < rememberedValues && len(known) <= rememberedBytes {
			if m.texts == nil {
				m.texts = map[string]string{}
			}
			m.texts[known] = known
		}
	}
	m.lastText, m.hasLast = known, true
	return known, nil
}

// instant remembers one value only: times run on, so older ones do not come back.
func (m *memory) instant(field []byte) (time.Time, error) {
	if m.repeats(field) {
		return m.lastInstant, nil
	}
	value, err := parseInstant(field)
	if err != nil {
		return time.Time{}, err
	}
	m.remember(field)
	m.lastInstant = value
	return value, nil
}

// amount tries the form of nearly all amounts before the general one.
func (m *memory) amount(field []byte) (decimal.Decimal, error) {
	if m.repeats(field) {
		return m.lastAmount, nil
	}
	fixed, short := money.ParseFixed(field)
	value := fixed.Decimal()
	if !short {
		var err error
		if value, err = money.ParseDecimal(string(field)); err != nil {
			return decimal.Decimal{}, err
		}
	}
	m.remember(field)
	m.lastAmount = value
	return value, nil
}

// tags remembers many values: the tags of a resource come back with each of its rows, and decoding
// JSON costs more than all other columns together.
func (m *memory) tags(field []byte) (map[string]string, error) {
	if m.repeats(field) {
		return m.lastTags, nil
	}
	value, found := m.allTags[string(field)]
	if !found {
		var err error
		if value, err = parseTags(field); err != nil {
			return nil, err
		}
		if len(m.allTags) < 2*rememberedValues && len(field) <= rememberedBytes {
			if m.allTags == nil {
				m.allTags = map[string]map[string]string{}
			}
			m.allTags[string(field)] = value
		}
	}
	m.remember(field)
	m.lastTags = value
	return value, nil
}
