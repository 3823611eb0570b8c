package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// ClassifyDriftSeverity returns the severity of a record that stands alone: what the rules say of its
// path and resource type, then the Judge, who sees the record's values but neither document.
// Functional where nobody says anything. A path or value that is not understood is an InvalidInput
// error.
func (d *Detector) ClassifyDriftSeverity(record Record) (Severity, error) {
	change := Change{Type: record.Type, Severity: Functional}
	var err error
	if change.Path, err = configpath.Parse(record.ConfigPath); err != nil {
		return "", err
	}
	if change.Desired, err = fromRaw(record.DesiredValue); err != nil {
		return "", err
	}
	if change.Actual, err = fromRaw(record.ActualValue); err != nil {
		return "", err
	}
	subject := Subject{ResourceID: record.ResourceID, ResourceType: record.ResourceType, TenantID: record.TenantID}
	program, err := d.program(subject)
	if err != nil {
		return "", err
	}
	v := program.atPath(change.Path)
	if v.severity != "" {
		change.Severity, change.Ruled = v.severity, v.own
	}
	change.Sensitive = v.sensitive
	finding := Finding{Subject: subject, Changes: []Change{change}}
	d.applyJudge(&finding)
	return finding.Changes[0].Severity, nil
}

func fromRaw(raw []byte) (document.Value, error) {
	if raw == nil {
		return document.Value{}, nil
	}
	return document.Parse(raw)
}

func (p *program) atPath(path configpath.Path) *verdict {
	state := p.matcher.Start()
	for _, segment := range path {
		state = p.matcher.Next(state, segment)
	}
	return p.at(state)
}
