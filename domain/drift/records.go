package drift

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Records makes the records of a finding.
func (d *Detector) Records(finding Finding) []Record {
	if len(finding.Changes) == 0 {
		return nil
	}
	now := d.now().UTC()
	records := make([]Record, len(finding.Changes))
	for i, change := range finding.Changes {
		records[i] = Record{
			ID: d.newID(), ResourceID: finding.Subject.ResourceID, ResourceType: finding.Subject.ResourceType,
			TenantID: finding.Subject.TenantID, Type: change.Type, Severity: change.Severity,
			ConfigPath: change.Path.String(), DesiredValue: raw(change.Desired), ActualValue: raw(change.Actual),
			DetectedAt: now, RemediationAction: change.action(), AutoRemediable: change.autoRemediable(),
		}
	}
	return records
}

func raw(value document.Value) []byte {
	if value.IsMissing() {
		return nil
	}
	return value.AppendJSON(nil)
}

// action says in one sentence what mends the change.
func (c Change) action() string {
	path := c.Path.String()
	if path == "" {
		path = "the whole configuration"
	}
	switch c.Type {
	case ResourceMissing:
		return "create the resource as declared"
	case ResourceExtra:
		return "delete the resource, or declare it"
	case KeyAdded:
		return "remove " + path
	case KeyRemoved:
		return "set " + path + " as declared"
	default:
		return "set " + path + " back to the declared value"
	}
}

// autoRemediable reports whether the change may be mended without a person: what touches security,
// is secret or unsure, or would delete or create a resource may not.
func (c Change) autoRemediable() bool {
	return !c.Severity.AtLeast(Security) && !c.Sensitive && !c.Unsure && c.Type != ResourceMissing && c.Type != ResourceExtra
}

// Marked returns the values of a resource's configuration at paths that rules or its schema mark as
// sensitive, so that they can be hidden in other documents too. An error is InvalidInput, about the
// subject's schema.
func (d *Detector) Marked(subject Subject, value document.Value) ([]document.Value, error) {
	marks := func(l layer) bool { return len(l.rules.Sensitive) > 0 }
	if !slices.ContainsFunc(d.layers, marks) && (subject.Schema == nil || len(subject.Schema.Sensitive) == 0) {
		return nil, nil
	}
	program, err := d.program(subject)
	if err != nil {
		return nil, err
	}
	return program.secrets(value), nil
}

// secrets returns the values at paths that rules mark as sensitive.
func (p *program) secrets(value document.Value) []document.Value {
	return p.appendSecrets(nil, p.matcher.Start(), value)
}

func (p *program) appendSecrets(found []document.Value, state *configpath.State, value document.Value) []document.Value {
	if value.IsScalar() {
		if p.at(state).sensitive {
			found = append(found, value)
		}
		return found
	}
	for key, member := range value.Members() {
		found = p.appendSecrets(found, p.matcher.Member(state, key), member)
	}
	for i, element := range value.Elements() {
		found = p.appendSecrets(found, p.matcher.Element(state, i), element)
	}
	return found
}
