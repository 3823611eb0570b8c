package charge

import "reflect"

// TagMemory keeps what was made of tags. Readers of bills give the tags of a resource as the same map
// with each of its charges, which is recognized by its address without a look into it: such a map must
// not change. The zero value is empty. It is not safe for concurrent use.
type TagMemory[Made any] struct {
	known map[uintptr]rememberedTags[Made]
}

// rememberedTags holds the map that something was made of, so that nothing else gets its address.
type rememberedTags[Made any] struct {
	tags map[string]string
	made Made
}

// mostTags bounds the memory where every charge has a map of its own.
const mostTags = 1 << 15

// Of returns what was made of the same map before, or else makes it.
func (m *TagMemory[Made]) Of(tags map[string]string, produce func(map[string]string) Made) Made {
	address := reflect.ValueOf(tags).Pointer()
	if known, found := m.known[address]; found {
		return known.made
	}
	made := produce(tags)
	if len(m.known) < mostTags {
		if m.known == nil {
			m.known = make(map[uintptr]rememberedTags[Made])
		}
		m.known[address] = rememberedTags[Made]{tags, made}
	}
	return made
}
