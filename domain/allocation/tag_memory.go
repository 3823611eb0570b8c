package allocation

import (
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/charge"
)

// tagMemory gives equal tags as one value, so that charges can be summed by them. Not safe
// for concurrent use.
type tagMemory struct {
	byMap     *charge.TagMemory[*Tags]
	byContent map[string]*Tags
}

// mostTags bounds the memory where tags differ in every row: what is not remembered is made again,
// and then stands on its own.
const mostTags = 1 << 15

var noTags = &Tags{}

func newTagMemory() tagMemory {
	return tagMemory{byMap: &charge.TagMemory[*Tags]{}, byContent: make(map[string]*Tags)}
}

// canonical returns delivered tags with canonical keys.
func (m tagMemory) canonical(delivered map[string]string) *Tags {
	if len(delivered) == 0 {
		return noTags
	}
	return m.byMap.Of(delivered, func(delivered map[string]string) *Tags { return m.share(CanonicalTags(delivered)) })
}

// share returns the tags that were remembered with the same keys, values and spellings.
func (m tagMemory) share(tags Tags) *Tags {
	if len(tags.Values) == 0 {
		return noTags
	}
	content, err := json.Marshal(tags) // maps of texts always have a JSON form, with sorted keys
	if err != nil {
		return &tags
	}
	if shared := m.byContent[string(content)]; shared != nil {
		return shared
	}
	if len(m.byContent) < mostTags {
		m.byContent[string(content)] = &tags
	}
	return &tags
}
