package infra

import (
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// equalJSON reports whether two decoded documents are the same: objects whatever the order of their
// keys, numbers by value to any number of digits, everything else as written.
func equalJSON(a, b any) bool {
	switch left := a.(type) {
	case map[string]any:
		right, isObject := b.(map[string]any)
		if !isObject || len(left) != len(right) {
			return false
		}
		for key, value := range left {
			other, present := right[key]
			if !present || !equalJSON(value, other) {
				return false
			}
		}
		return true
	case []any:
		right, isList := b.([]any)
		if !isList || len(left) != len(right) {
			return false
		}
		for i := range left {
			if !equalJSON(left[i], right[i]) {
				return false
			}
		}
		return true
	case json.Number:
		right, isNumber := b.(json.Number)
		return isNumber && document.EqualNumbers(left.String(), right.String())
	default:
		return a == b
	}
}
