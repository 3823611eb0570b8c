package rulesfile

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

// places remembers where a document says what can only be checked once all of it is read.
type places struct {
	name string
	// isJSON leaves lines out of texts: whoever sends a body knows none.
	isJSON bool
	lines  map[string]int // by path
}

// placesOf notes the lines of pools, of the tenants that they weigh, and of those that entries name.
func placesOf(root node, isJSON bool) places {
	p := places{name: root.name, isJSON: isJSON, lines: make(map[string]int)}
	for i, key := range root.keys {
		for _, item := range root.items[i].items {
			p.lines[item.path] = item.line
			for j, name := range item.keys {
				switch {
				case key == "mapping" && name == "tenant":
					p.lines[item.items[j].path] = item.items[j].line
				case key == "pools" && name == "tenant_weights":
					for _, weight := range item.items[j].items {
						p.lines[weight.path] = weight.line
					}
				}
			}
		}
	}
	return p
}

// errorf makes an InvalidInput error about a path. shown is what the error names: the path, or where
// its last part is an id that may hold dots, what lies above it.
func (p places) errorf(path, shown, format string, arguments ...any) error {
	return node{name: p.name, path: shown, line: p.lines[path]}.errorf(format, arguments...)
}

// title names a path, with its line.
func (p places) title(path string) string {
	if p.isJSON || p.lines[path] == 0 {
		return path
	}
	return fmt.Sprintf("%s (line %d)", path, p.lines[path])
}

func poolPath(i int) string { return fmt.Sprintf("pools[%d]", i) }

// CheckOverlaps returns an InvalidInput error that names both where two rules of the document are
// about the same pool at the same time.
func (d Document) CheckOverlaps() error {
	for later := range d.Pools {
		for earlier := range later {
			if d.Pools[earlier].Overlaps(d.Pools[later]) {
				return d.places.errorf(poolPath(later), poolPath(later),
					"it and %s are both about pool %q and overlap in time; end one before the other begins",
					d.places.title(poolPath(earlier)), d.Pools[later].PoolID)
			}
		}
	}
	return nil
}

// CheckTenants returns an InvalidInput error that names the first place where the document names a
// tenant that is not known: as the target of an entry, or by a weight, whether or not any charge
// leads there. Templates name nobody.
func (d Document) CheckTenants(known func(tenantID string) bool) error {
	var entries []allocation.MappingEntry
	if d.Mapping != nil {
		entries = d.Mapping.Entries
	}
	for i := range entries {
		path := fmt.Sprintf("mapping[%d].tenant", i)
		if id := entries[i].NamedTenant(); id != "" && !known(id) {
			return d.places.errorf(path, path, "there is no tenant %q; correct it or add the tenant", id)
		}
	}
	for i, rule := range d.Pools {
		for _, id := range rule.WeighedTenants() {
			if !known(id) {
				path := poolPath(i) + ".tenant_weights"
				return d.places.errorf(path+"."+id, path, "a weight is given to tenant %q, who does not exist; correct it or add the tenant", id)
			}
		}
	}
	return nil
}
