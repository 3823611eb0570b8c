package drift

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
)

// rowTable is rows by the resource types that they are about, so that the programs of many types share
// what is made of them.
type rowTable struct {
	rows  []row
	named map[string]*rowGroup
	globs []*rowGroup
}

// rowGroup is the rows about one type or one glob of types.
type rowGroup struct {
	resourceType string
	trie         *configpath.Trie
	hasSensitive bool
}

// tableOf makes a table of rows, whose numbers count from first.
func tableOf(rows []row, first int) rowTable {
	table := rowTable{rows: rows, named: make(map[string]*rowGroup)}
	var types []string
	numbers := make(map[string][]int)
	for i, r := range rows {
		if numbers[r.resourceType] == nil {
			types = append(types, r.resourceType)
		}
		numbers[r.resourceType] = append(numbers[r.resourceType], i)
	}
	for _, resourceType := range types {
		group := groupOf(resourceType, rows, numbers[resourceType], first)
		if resourceType == "" || strings.ContainsAny(resourceType, "*?") {
			table.globs = append(table.globs, group)
		} else {
			table.named[resourceType] = group
		}
	}
	return table
}

func groupOf(resourceType string, rows []row, at []int, first int) *rowGroup {
	group := &rowGroup{resourceType: resourceType}
	patterns, numbers := make([]configpath.Pattern, len(at)), make([]int, len(at))
	for i, position := range at {
		patterns[i], numbers[i] = rows[position].pattern, first+position
		group.hasSensitive = group.hasSensitive || rows[position].sensitive
	}
	group.trie = configpath.NewTrie(patterns, numbers)
	return group
}

// about returns the groups about a type.
func (t rowTable) about(resourceType string) []*rowGroup {
	var groups []*rowGroup
	if named := t.named[resourceType]; named != nil {
		groups = append(groups, named)
	}
	for _, group := range t.globs {
		if group.resourceType == "" || configpath.Wildcard(group.resourceType, resourceType) {
			groups = append(groups, group)
		}
	}
	return groups
}
