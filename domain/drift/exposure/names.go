package exposure

import "github.com/omnicloud/omnicloud/domain/drift/document"

// name is a property's name without case, underscores, hyphens and spaces: CidrIp, cidr_ip and
// cidr-ip are one name.
type name string

// nameOf folds a key. Keys beyond 64 bytes are no property that is read here.
func nameOf(key string) name {
	var buffer [64]byte
	return name(fold(buffer[:0], key))
}

func fold(buffer []byte, key string) []byte {
	if len(key) > cap(buffer) {
		return buffer
	}
	for i := range len(key) {
		c := key[i]
		switch {
		case c == '_' || c == '-' || c == ' ':
			continue
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		buffer = append(buffer, c)
	}
	return buffer
}

// lookUp finds what a table holds for a key without allocating.
func lookUp[V any](table map[name]V, key string) (V, bool) {
	var buffer [64]byte
	value, known := table[name(fold(buffer[:0], key))]
	return value, known
}

// property returns the first member whose folded name is one of those given.
func property(object document.Value, names ...name) document.Value {
	for key, value := range object.Members() {
		folded := nameOf(key)
		for _, wanted := range names {
			if folded == wanted {
				return value
			}
		}
	}
	return document.Value{}
}

// items returns the elements of a list, or the value itself where it is a single one; nothing for
// null and missing.
func items(value document.Value) []document.Value {
	switch value.Kind() {
	case document.Missing, document.Null:
		return nil
	case document.Array:
		list := make([]document.Value, value.Len())
		for i := range list {
			list[i] = value.At(i)
		}
		return list
	default:
		return []document.Value{value}
	}
}

// yes reports whether a value says yes: true, "true", "enabled", "on", "yes" or 1.
func yes(value document.Value) bool {
	switch nameOf(value.Text()) {
	case "true", "enabled", "enable", "on", "yes", "1", "always", "required":
		return true
	default:
		return false
	}
}
