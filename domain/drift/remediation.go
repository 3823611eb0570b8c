package drift

import "encoding/json"

// GenerateRemediationPlan returns what would bring each resource back to its desired configuration,
// one action per resource in the order in which resources come first. An action that holds anything
// of severity security or above, anything that is not remediable on its own, or that creates or
// deletes a resource, requires approval. ConfigChanges of a created resource hold all of it under the
// empty path.
func (d *Detector) GenerateRemediationPlan(records []Record) []RemediationAction {
	var plan []RemediationAction
	position := make(map[string]int)
	for _, record := range records {
		at, known := position[record.ResourceID]
		if !known {
			at = len(plan)
			position[record.ResourceID] = at
			plan = append(plan, RemediationAction{
				Type: ActionUpdate, ResourceID: record.ResourceID, ConfigChanges: make(map[string]json.RawMessage),
			})
		}
		plan[at].include(record)
	}
	return plan
}

func (a *RemediationAction) include(record Record) {
	a.RequiresApproval = a.RequiresApproval || !record.AutoRemediable || record.Severity.AtLeast(Security)
	switch record.Type {
	case ResourceMissing:
		a.Type = ActionCreate
		a.ConfigChanges[record.ConfigPath] = record.DesiredValue
	case ResourceExtra:
		a.Type = ActionDelete
	case KeyAdded:
		a.ConfigChanges[record.ConfigPath] = json.RawMessage("null")
	default:
		a.ConfigChanges[record.ConfigPath] = record.DesiredValue
	}
}
