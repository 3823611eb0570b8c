package remediation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Planner plans how drift of one resource is mended.
type Planner struct {
	Comparer driftwatch.Comparer
	// DigestKey keys the digest of a resource's state, so that it tells nothing about what it covers.
	DigestKey []byte
	// RulesVersion is the version of the rules that Comparer compares by.
	RulesVersion int
}

// Draft is what a plan is made for.
type Draft struct {
	Resource infra.Resource
	Mode     driftwatch.Mode
	// Held says why nothing may be done without a person; empty where it may.
	Held string
	// Quiet lists the ids of drifts that a person accepted or snoozed: they are left alone.
	Quiet map[string]bool
}

// Plan plans for a resource as it is now. A nil plan means that there is nothing to settle: no drift
// is left, or with reason, none that can be. Where some drift may be mended without a person, the plan
// is about that alone; what is left is planned for afterwards. A resource that cannot be read is an
// Unavailable error.
func (p *Planner) Plan(draft Draft) (plan *Plan, reason string, err error) {
	if !draft.Resource.Readable() {
		return nil, "", Unreadable(draft.Resource, p.Comparer)
	}
	records, err := p.find(draft.Resource)
	if err != nil {
		return nil, "", err
	}
	loud := slices.DeleteFunc(slices.Clone(records), func(record drift.Record) bool { return draft.Quiet[record.ID] })
	if len(loud) == 0 {
		return nil, "", nil
	}
	if draft.Mode == driftwatch.Enforce && draft.Held == "" {
		alone := slices.DeleteFunc(slices.Clone(loud), func(record drift.Record) bool { return !mayGoAlone(record) })
		if plan, err := p.plan(draft.Resource, records, alone, true); err != nil || (plan != nil && plan.Revert.Effect.harmless()) {
			if plan != nil {
				plan.Automatic = true
			}
			return plan, "", err
		}
	}
	plan, err = p.plan(draft.Resource, records, loud, false)
	if plan == nil && err == nil {
		reason = fmt.Sprintf("none of %d differences can be mended from here: what to write is unknown, ambiguous or a secret", len(loud))
	}
	if plan != nil {
		plan.RequiresApproval = true
		plan.Reasons = reasons(draft, loud)
	}
	return plan, reason, err
}

// Unreadable is the error about a resource that its provider could not be asked about.
func Unreadable(resource infra.Resource, comparer driftwatch.Comparer) error {
	return fault.New(fault.Unavailable, "resource %s cannot be read just now: %s", resource.ID, comparer.Hide(resource, resource.Unreadable))
}

// mayGoAlone reports whether drift may be mended without a person: a change of what is there, below
// security.
func mayGoAlone(record drift.Record) bool {
	return record.AutoRemediable && !record.Severity.AtLeast(drift.Security) &&
		record.Type != drift.ResourceMissing && record.Type != drift.ResourceExtra
}

func (e Effect) harmless() bool { return e == Narrows || e == Unchanged }

func reasons(draft Draft, records []drift.Record) []string {
	var list []string
	if draft.Held != "" {
		list = append(list, draft.Held)
	}
	if draft.Mode != driftwatch.Enforce {
		list = append(list, "the mode of this resource type is "+string(draft.Mode))
	}
	worst := drift.Cosmetic
	for _, record := range records {
		if record.Severity.AtLeast(worst) {
			worst = record.Severity
		}
	}
	if worst.AtLeast(drift.Security) {
		list = append(list, "a difference is of severity "+string(worst))
	}
	return list
}

// find compares a resource, and names the drifts as scans do.
func (p *Planner) find(resource infra.Resource) ([]drift.Record, error) {
	records, err := p.Comparer.ScanResource(resource)
	for i := range records {
		records[i] = driftwatch.NewFinding(records[i]).Record
	}
	return records, err
}

// plan makes a plan that settles the chosen drifts in either direction; nil where none can be. With
// certain, what could be mended in more than one way is left alone.
func (p *Planner) plan(resource infra.Resource, all, chosen []drift.Record, certain bool) (*Plan, error) {
	if len(chosen) == 0 {
		return nil, nil
	}
	state, err := p.digest(resource)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Version: resource.Version, State: state, RulesVersion: p.RulesVersion}
	if err := p.choose(plan, resource, all, chosen, certain); err != nil {
		return nil, err
	}
	if len(plan.Changes) == 0 {
		return nil, nil
	}
	plan.ResourceID, plan.Type = resource.ID, plan.Revert.Action
	plan.ConfigChanges = make(map[string]json.RawMessage, len(plan.Changes))
	for _, change := range plan.Changes {
		plan.ConfigChanges[change.Path] = orNull(change.Desired)
	}
	for _, option := range []*Option{&plan.Revert, &plan.Accept} {
		if err := option.assess(resource, plan.Changes); err != nil {
			return nil, err
		}
		for _, lines := range [][]string{option.Before, option.After} {
			for i, line := range lines {
				lines[i] = p.Comparer.Hide(resource, line)
			}
		}
	}
	return plan, nil
}

// choose fills in the two options, and what each drift comes to.
func (p *Planner) choose(plan *Plan, resource infra.Resource, all, chosen []drift.Record, certain bool) error {
	if first := chosen[0]; first.Type == drift.ResourceMissing || first.Type == drift.ResourceExtra {
		plan.Changes = []Difference{difference(first)}
		plan.Revert, plan.Accept = wholeOptions(resource, first.Type)
		return nil
	}
	settled := map[string]bool{}
	for i, side := range []infra.Side{infra.SideActual, infra.SideDesired} {
		editing, err := newEditor(resource, side, all, p.find)
		if err != nil {
			return err
		}
		editing.certain = certain
		option := Option{Possible: true, Action: drift.ActionUpdate}
		for _, record := range chosen {
			done, err := editing.settle(record)
			if err != nil {
				return err
			}
			if side == infra.SideActual {
				settled[record.ID] = done
			}
			option.Possible = option.Possible && (done || !settled[record.ID])
		}
		option.Possible = option.Possible && len(editing.changes) > 0
		option.actions = []infra.Action{{
			Type: infra.ActionUpdate, ResourceID: resource.ID, Side: side, Changes: editing.changes, Version: resource.Version,
		}}
		if i == 0 {
			plan.Revert = option
		} else {
			plan.Accept = option
		}
	}
	for _, record := range chosen {
		if settled[record.ID] {
			plan.Changes = append(plan.Changes, difference(record))
			continue
		}
		plan.LeftAlone = append(plan.LeftAlone, LeftAlone{
			DriftID: record.ID, Path: record.ConfigPath, Reason: "what to write there is unknown, ambiguous or a secret",
		})
	}
	return nil
}

// wholeOptions are the two ways to settle a resource that is declared and not there, or there and not
// declared.
func wholeOptions(resource infra.Resource, kind drift.ChangeType) (revert, accept Option) {
	remove := Option{Possible: true, Action: drift.ActionDelete, actions: []infra.Action{{
		Type: infra.ActionDelete, ResourceID: resource.ID, Version: resource.Version,
	}}}
	write := func(side infra.Side, configuration json.RawMessage) Option {
		return Option{Possible: true, Action: drift.ActionCreate, actions: []infra.Action{{
			Type: infra.ActionUpdate, ResourceID: resource.ID, Side: side, Version: resource.Version,
			Changes: []infra.Change{{Value: configuration}}, ResourceType: resource.Type, TenantID: resource.TenantID,
		}}}
	}
	if kind == drift.ResourceMissing {
		return write(infra.SideActual, resource.Desired), remove
	}
	return remove, write(infra.SideDesired, resource.Actual)
}

// digest stands for both configurations, keyed so that nobody can try secrets against it. White space
// and the order of keys are no part of a state.
func (p *Planner) digest(resource infra.Resource) (string, error) {
	mac := hmac.New(sha256.New, p.DigestKey)
	for _, side := range []infra.Side{infra.SideDesired, infra.SideActual} {
		value, err := parse(resource.Configuration(side))
		if err != nil {
			return "", err
		}
		var text []byte
		if !value.IsMissing() {
			text = value.AppendJSON(nil)
		}
		mac.Write([]byte(strconv.Itoa(len(text)) + ":"))
		mac.Write(text)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}

func difference(record drift.Record) Difference {
	return Difference{
		DriftID: record.ID, Path: record.ConfigPath, Type: record.Type, Severity: record.Severity,
		Desired: record.DesiredValue, Actual: record.ActualValue,
	}
}

func orNull(value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}

// Repeat plans again and returns the actions of a direction where the plan is still the same, and moved
// where it is not: what is carried out must be exactly what was planned.
func (p *Planner) Repeat(draft Draft, hash string, direction approval.Direction) (actions []infra.Action, moved bool, err error) {
	plan, _, err := p.Plan(draft)
	if err != nil || plan == nil {
		return nil, err == nil, err
	}
	again, err := plan.Hash()
	if err != nil || again != hash {
		return nil, err == nil, err
	}
	return plan.In(direction).actions, false, nil
}
