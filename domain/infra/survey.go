package infra

import (
	"context"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// survey is what was read before a run: the resources that it is about and all that they depend on.
type survey struct {
	resources map[string]Resource
	graph     *Graph
}

// survey reads the resources of actions, and from there what they depend on. A single action has no
// order, so nothing but its own resource is read.
func (r *Reconciler) survey(ctx context.Context, actions []Action, limit int) (*survey, error) {
	found := &survey{resources: map[string]Resource{}, graph: NewGraph(nil)}
	waiting := make([]string, 0, len(actions))
	for _, action := range actions {
		waiting = append(waiting, action.ResourceID)
	}
	seen := map[string]bool{}
	for len(waiting) > 0 {
		id := waiting[0]
		waiting = waiting[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		if len(seen) > limit {
			return nil, fault.New(fault.TooLarge, "the run concerns more than %d resources with what they depend on; split it", limit)
		}
		resource, err := r.Provider.Read(ctx, id)
		switch {
		case fault.Is(err, fault.NotFound):
			found.graph.Add(id)
			continue
		case err != nil:
			return nil, err
		}
		found.resources[id] = resource
		found.graph.Add(id, resource.DependsOn...)
		if len(actions) > 1 {
			waiting = append(waiting, resource.DependsOn...)
		}
	}
	return found, nil
}

// plan splits the actions into groups that hang together, and orders each: what is made or changed
// after all that it depends on, then what is deleted before all that it depends on.
func (s *survey) plan(actions map[string]Action) ([][]Action, error) {
	order, err := s.graph.Order()
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(order))
	for i, id := range order {
		place[id] = i
	}
	ids := make([]string, 0, len(actions))
	for id := range actions {
		ids = append(ids, id)
	}
	var groups [][]Action
	for _, group := range s.graph.Groups(ids) {
		slices.SortFunc(group, func(a, b string) int { return place[a] - place[b] })
		var made, deleted []Action
		for _, id := range group {
			if actions[id].Type == ActionDelete {
				deleted = append(deleted, actions[id])
			} else {
				made = append(made, actions[id])
			}
		}
		slices.Reverse(deleted)
		groups = append(groups, append(made, deleted...))
	}
	return groups, nil
}
