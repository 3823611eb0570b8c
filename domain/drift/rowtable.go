package drift

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
)

// rowTable finds the rows about a resource type without looking at those of all others.
type rowTable struct {
	rows []row
	// named are the positions of rows about one type, globs those of the others.
	named map[string][]int
	globs []int
}

func tableOf(rows []row) rowTable {
	table := rowTable{rows: rows, named: make(map[string][]int)}
	for i, r := range rows {
		if r.resourceType == "" || strings.ContainsAny(r.resourceType, "*?") {
			table.globs = append(table.globs, i)
		} else {
			table.named[r.resourceType] = append(table.named[r.resourceType], i)
		}
	}
	return table
}

// about returns the positions of the rows about a type, in order.
func (t rowTable) about(resourceType string) []int {
	found := slices.Clone(t.named[resourceType])
	for _, i := range t.globs {
		if glob := t.rows[i].resourceType; glob == "" || configpath.Wildcard(glob, resourceType) {
			found = append(found, i)
		}
	}
	slices.Sort(found)
	return found
}
