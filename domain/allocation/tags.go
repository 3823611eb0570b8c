package allocation

import (
	"maps"
	"slices"
	"strings"
)

// Tags are a resource's tags with their keys in canonical spelling. They are never changed once made.
type Tags struct {
	// Values holds the values by canonical key, exactly as delivered but for surrounding space.
	Values map[string]string
	// Spellings holds the delivered spelling of those keys that were not canonical.
	Spellings map[string]string
}

// CanonicalTags folds the keys of delivered tags: case and surrounding space do not matter. A value
// that is blank or spells out that there is none (NULL, null, (null)) counts as absent. Of several
// spellings of a key in one row the canonical one wins, else the first in byte order.
func CanonicalTags(delivered map[string]string) Tags {
	var tags Tags
	for _, spelling := range slices.Sorted(maps.Keys(delivered)) {
		key, value := foldTag(spelling), strings.TrimSpace(delivered[spelling])
		if key == "" || absentTag(value) {
			continue
		}
		if _, taken := tags.Values[key]; taken && spelling != key {
			continue
		}
		if tags.Values == nil {
			tags.Values = make(map[string]string, len(delivered))
		}
		tags.Values[key] = value
		delete(tags.Spellings, key)
		if spelling != key {
			if tags.Spellings == nil {
				tags.Spellings = make(map[string]string)
			}
			tags.Spellings[key] = spelling
		}
	}
	if len(tags.Spellings) == 0 {
		tags.Spellings = nil
	}
	return tags
}

// absentTag reports whether a value stands for none.
func absentTag(value string) bool {
	switch value {
	case "", "NULL", "null", "(null)":
		return true
	default:
		return false
	}
}
