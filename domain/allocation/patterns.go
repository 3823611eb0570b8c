package allocation

import (
	"encoding/json"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Patterns is a list of values or globs of which one must match. In documents a single value may
// stand for a list of one.
type Patterns []string

// UnmarshalJSON reads a string or a list of strings.
func (p *Patterns) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*p = Patterns{one}
		return nil
	}
	var many []string
	if err := json.Unmarshal(text, &many); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "a condition is neither a string nor a list of strings")
	}
	*p = many
	return nil
}

func (p Patterns) validate() error {
	for _, pattern := range p {
		if !doublestar.ValidatePattern(pattern) {
			return fault.New(fault.InvalidInput, "%.140q is not a valid glob", pattern)
		}
	}
	return nil
}

// match reports whether one of the patterns matches the value. No patterns match anything.
func (p Patterns) match(value string) bool {
	if len(p) == 0 {
		return true
	}
	for _, pattern := range p {
		if matchOne(pattern, value) {
			return true
		}
	}
	return false
}

func matchOne(pattern, value string) bool {
	if !strings.ContainsAny(pattern, `*?[{\`) {
		return pattern == value
	}
	// Patterns were validated with the mapping, so that an error cannot arise here.
	matched, err := doublestar.Match(pattern, value)
	return err == nil && matched
}
