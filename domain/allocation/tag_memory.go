package allocation

import (
	"encoding/json"
	"reflect"
)

// tagMemory gives equal tags as one value, so that charges can be summed by them. Readers of bills
// give the same tags as the same map, which is recognized by its address without a look into it. Not
// safe for concurrent use.
type tagMemory struct {
	byAddress map[uintptr]rememberedTags
	byContent map[string]*Tags
}

// rememberedTags holds the map that tags were made from, so that nothing else gets its address.
type rememberedTags struct {
	delivered map[string]string
	tags      *Tags
}

// mostTags bounds the memory where tags differ in every row: what is not remembered is made again,
// and then stands on its own.
const mostTags = 1 << 15

var noTags = &Tags{}

func newTagMemory() tagMemory {
	return tagMemory{byAddress: make(map[uintptr]rememberedTags), byContent: make(map[string]*Tags)}
}

// canonical returns delivered tags with canonical keys.
func (m tagMemory) canonical(delivered map[string]string) *Tags {
	if len(delivered) == 0 {
		return noTags
	}
	address := reflect.ValueOf(delivered).Pointer()
	if remembered, known := m.byAddress[address]; known {
		return remembered.tags
	}
	tags := m.share(CanonicalTags(delivered))
	if len(m.byAddress) < mostTags {
		m.byAddress[address] = rememberedTags{delivered, tags}
	}
	return tags
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
