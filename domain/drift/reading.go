package drift

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// reading is how much of a resource was read. A provider that reads a resource by its schema always returns
// what it alone sets, such as ids. Where there is none of it, another way of reading was used, which may
// leave out whole properties.
type reading uint8

const (
	readUnknown reading = iota // there is no schema that says what the provider sets
	readWhole
	readInPart
)

// provided returns the properties of the resource itself that only the provider sets.
func (s *Schema) provided() []string {
	if s == nil {
		return nil
	}
	var names []string
	for _, text := range s.ReadOnly {
		if path, err := configpath.Parse(text); err == nil && len(path) == 1 {
			name, _ := path[0].Key()
			names = append(names, name)
		}
	}
	return names
}

// readingOf tells how much of a live configuration was read.
func (p *program) readingOf(live document.Value) reading {
	switch {
	case len(p.provided) == 0:
		return readUnknown
	case slices.ContainsFunc(p.provided, func(name string) bool { return !live.Get(name).IsMissing() }):
		return readWhole
	default:
		return readInPart
	}
}

// unread reports whether a declared value that is not there may just not have been read: a property of the
// resource itself, since what is returned is returned whole. What touches security is never taken for it.
func (w *walker) unread(v *verdict) bool {
	switch w.reading {
	case readWhole:
		return false
	case readInPart:
		return v.unread || (len(w.path) == 1 && !v.severity.AtLeast(Security))
	default:
		return v.unread
	}
}
