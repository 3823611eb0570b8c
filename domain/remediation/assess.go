package remediation

import (
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/exposure"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// assess says what an option does to exposure, and from that how many people have to agree. Reverting
// changes the cloud; accepting changes what is declared, and so permits for good what was not.
func (o *Option) assess(resource infra.Resource, changes []Difference) error {
	if !o.Possible || len(o.actions) == 0 {
		o.Effect, o.Approvals = Unknown, 0
		return nil
	}
	action := o.actions[0]
	side := action.Side
	if side == "" {
		side = infra.SideActual
	}
	before, err := exposed(resource, resource.Configuration(side))
	if err != nil {
		return err
	}
	var rest json.RawMessage
	if action.Type != infra.ActionDelete {
		if rest, err = infra.Apply(resource.Configuration(side), action.Changes); err != nil {
			return err
		}
	}
	after, err := exposed(resource, rest)
	if err != nil {
		return err
	}
	o.Before, o.After = before.Summary(), after.Summary()
	o.Effect = effectOf(exposure.Compare(before, after), changes)
	o.Approvals = o.Effect.Approvals()
	return nil
}

func exposed(resource infra.Resource, configuration json.RawMessage) (exposure.Reach, error) {
	value, err := parse(configuration)
	if err != nil || value.IsMissing() {
		return exposure.Reach{}, err
	}
	return exposure.Of(resource.Type, value), nil
}

// effectOf says what a change of exposure amounts to. A difference that touches security and that the
// reader of exposure does not understand makes it unknown.
func effectOf(change exposure.Change, changes []Difference) Effect {
	if change.Direction.Widening() {
		return Widens
	}
	for _, difference := range changes {
		if !difference.Severity.AtLeast(drift.Security) {
			continue
		}
		path, err := configpath.Parse(difference.Path)
		if err != nil || !change.Explains(path) {
			return Unknown
		}
	}
	if change.Direction == exposure.Narrows {
		return Narrows
	}
	return Unchanged
}
