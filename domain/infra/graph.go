package infra

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Graph says which resource depends on which others.
type Graph struct{ dependencies map[string][]string }

// NewGraph makes a graph of resources. What they depend on is part of it, whether or not it is among
// them.
func NewGraph(resources []Resource) *Graph {
	g := &Graph{dependencies: make(map[string][]string, len(resources))}
	for _, resource := range resources {
		g.Add(resource.ID, resource.DependsOn...)
	}
	return g
}

// Add adds a resource, and resources that it depends on.
func (g *Graph) Add(id string, dependencies ...string) {
	g.dependencies[id] = append(g.dependencies[id], dependencies...)
	for _, dependency := range dependencies {
		if _, known := g.dependencies[dependency]; !known {
			g.dependencies[dependency] = nil
		}
	}
}

// Order returns every resource after all that it depends on; where that leaves a choice, in byte
// order of id. Resources that depend on each other in a circle are a Conflict error that names it.
func (g *Graph) Order() ([]string, error) {
	waiting := make(map[string]int, len(g.dependencies))
	dependents := make(map[string][]string, len(g.dependencies))
	for id, dependencies := range g.dependencies {
		unique := compact(dependencies)
		waiting[id] = len(unique)
		for _, dependency := range unique {
			dependents[dependency] = append(dependents[dependency], id)
		}
	}
	ready := newHeap()
	for id, count := range waiting {
		if count == 0 {
			ready.push(id)
		}
	}
	order := make([]string, 0, len(waiting))
	for !ready.empty() {
		id := ready.pop()
		order = append(order, id)
		for _, dependent := range dependents[id] {
			if waiting[dependent]--; waiting[dependent] == 0 {
				ready.push(dependent)
			}
		}
	}
	if len(order) < len(waiting) {
		return nil, fault.New(fault.Conflict, "resources depend on each other in a circle: %s; take one of these dependencies away", strings.Join(g.Cycle(), " → "))
	}
	return order, nil
}

// Cycle returns resources that each depend on the next, the first again at the end, beginning with
// the first of them in byte order; nil where there is no such circle.
func (g *Graph) Cycle() []string {
	const visiting, done = 1, 2
	marks := make(map[string]int, len(g.dependencies))
	for _, start := range slices.Sorted(maps.Keys(g.dependencies)) {
		if marks[start] != 0 {
			continue
		}
		// trail is the way down from start; next is how far the dependencies of each were followed.
		trail, next := []string{start}, []int{0}
		marks[start] = visiting
		for len(trail) > 0 {
			last := len(trail) - 1
			id := trail[last]
			if next[last] == len(g.dependencies[id]) {
				marks[id] = done
				trail, next = trail[:last], next[:last]
				continue
			}
			dependency := g.dependencies[id][next[last]]
			next[last]++
			switch marks[dependency] {
			case visiting:
				return turned(trail[slices.Index(trail, dependency):])
			case done:
			default:
				marks[dependency] = visiting
				trail, next = append(trail, dependency), append(next, 0)
			}
		}
	}
	return nil
}

// turned begins a circle with its first resource in byte order, so that it reads the same however it
// was found.
func turned(circle []string) []string {
	least := slices.Index(circle, slices.Min(circle))
	named := append(slices.Clone(circle[least:]), circle[:least]...)
	return append(named, named[0])
}

// Groups splits resources into those that hang together, directly or through others. Each group, and
// the groups by their first member, are in byte order.
func (g *Graph) Groups(ids []string) [][]string {
	leader := make(map[string]string, len(g.dependencies))
	var find func(string) string
	find = func(id string) string {
		if above, known := leader[id]; known && above != id {
			leader[id] = find(above)
			return leader[id]
		}
		return id
	}
	for id, dependencies := range g.dependencies {
		for _, dependency := range dependencies {
			leader[find(id)] = find(dependency)
		}
	}
	members := map[string][]string{}
	for _, id := range compact(ids) {
		members[find(id)] = append(members[find(id)], id)
	}
	groups := slices.Collect(maps.Values(members))
	slices.SortFunc(groups, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	return groups
}

// compact returns the ids once each, in byte order.
func compact(ids []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(ids)))
}
