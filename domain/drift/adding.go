package drift

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// RegisterComparator makes a Go function the comparator of a path pattern. Rules can name it by the
// pattern's text. The function must be pure and safe for concurrent use. A pattern that is not
// understood is an InvalidInput error.
func (d *Detector) RegisterComparator(pattern string, equal func(desired, actual document.Value) bool) error {
	if equal == nil {
		return fault.New(fault.InvalidInput, "the comparator of %q is nil; give a function", pattern)
	}
	return d.add(Rules{Compare: []CompareRule{{Scope{Path: pattern}, []string{pattern}}}}, func() {
		d.comparators[pattern] = &semantic.Comparator{Name: pattern, Equal: equal, Containers: true}
	})
}

// MarkFieldUnordered makes the lists at a path pattern sets. A pattern that is not understood is an
// InvalidInput error.
func (d *Detector) MarkFieldUnordered(pattern string) error {
	return d.add(Rules{Collections: []CollectionRule{{Scope: Scope{Path: pattern}, As: Set}}}, nil)
}

// AddSeverityRule gives changes at a path pattern of a resource type, and beneath, a severity. The
// rule that was added last wins. A pattern or severity that is not understood is an InvalidInput
// error.
func (d *Detector) AddSeverityRule(resourceType, pattern string, severity Severity) error {
	if !severity.Valid() {
		return fault.New(fault.InvalidInput, "the severity is %q; it must be one of %s", severity, fmt.Sprint(Severities()))
	}
	return d.add(Rules{Severity: []SeverityRule{{Scope{resourceType, pattern}, severity}}}, nil)
}

// add checks a rule, appends it and forgets the programs that were made without it.
func (d *Detector) add(rules Rules, register func()) error {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if register != nil {
		register()
	}
	rows, err := rowsOf(rules, true, d.comparator)
	if err != nil {
		return err
	}
	d.rules = tableOf(append(d.rules.rows, rows...), 0)
	clear(d.programs)
	return nil
}
