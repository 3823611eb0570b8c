package drift

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Detector finds and judges drift. It is safe for concurrent use; rules that are added while a
// comparison runs count from the next one on.
type Detector struct {
	mode      Mode
	judge     Judge
	redactor  Redactor
	inventory infra.Inventory
	history   History
	now       func() time.Time
	newID     func() string

	mutex       sync.RWMutex
	layers      []layer
	rules       rowTable // those of the layers, then those that were added
	comparators map[string]*semantic.Comparator
	programs    map[programKey]*program
	// schemas are those of resources, by their text: what is made of a schema is kept with its pointer.
	schemas map[string]*Schema
}

type programKey struct {
	resourceType string
	schema       *Schema
}

// rememberedPrograms bounds the programs, and the schemas, that a detector keeps.
const rememberedPrograms = 4096

// Option sets up a Detector.
type Option func(*Detector)

// WithMode sets which keys are compared; Declared unless given.
func WithMode(mode Mode) Option { return func(d *Detector) { d.mode = mode } }

// WithPack adds the rules of a built-in pack, which the user's rules overrule.
func WithPack(rules Rules) Option {
	return func(d *Detector) { d.layers = append(d.layers, layer{rules: rules}) }
}

// WithRules adds rules of the user. Give packs first.
func WithRules(rules Rules) Option {
	return func(d *Detector) { d.layers = append(d.layers, layer{rules: rules, own: true}) }
}

// WithComparator lets rules call a Go function by a name, in place of a built-in of the same name. The
// function must be pure and safe for concurrent use.
func WithComparator(name string, equal func(desired, actual document.Value) bool) Option {
	return func(d *Detector) {
		d.comparators[name] = &semantic.Comparator{Name: name, Equal: equal, Containers: true}
	}
}

// WithJudge sets who judges severity beyond rules.
func WithJudge(judge Judge) Option { return func(d *Detector) { d.judge = judge } }

// WithRedactor sets who takes secrets out of findings.
func WithRedactor(redactor Redactor) Option { return func(d *Detector) { d.redactor = redactor } }

// WithInventory sets where ScanTenantResources reads resources from.
func WithInventory(inventory infra.Inventory) Option {
	return func(d *Detector) { d.inventory = inventory }
}

// WithHistory sets where GetDriftHistory reads records from.
func WithHistory(history History) Option { return func(d *Detector) { d.history = history } }

// WithClock sets what the time of detection is taken from; the system's clock unless given.
func WithClock(now func() time.Time) Option { return func(d *Detector) { d.now = now } }

// WithIDs sets how ids of records and reports are made; UUIDv7 unless given.
func WithIDs(newID func() string) Option { return func(d *Detector) { d.newID = newID } }

// NewDetector makes a detector. A rule that is not understood is an InvalidInput error.
func NewDetector(options ...Option) (*Detector, error) {
	d := &Detector{
		mode: Declared, now: time.Now, newID: func() string { return uuid.Must(uuid.NewV7()).String() },
		comparators: make(map[string]*semantic.Comparator), programs: make(map[programKey]*program), schemas: make(map[string]*Schema),
	}
	for _, option := range options {
		option(d)
	}
	if d.mode != Exact && d.mode != Declared {
		return nil, fault.New(fault.InvalidInput, "the mode is %q; it must be exact or declared", d.mode)
	}
	return d, d.check()
}

// check takes every rule apart, and finds the one that is not understood.
func (d *Detector) check() error {
	var all []row
	for _, l := range d.layers {
		rows, err := rowsOf(l.rules, l.own, d.comparator)
		if err != nil {
			return err
		}
		all = append(all, rows...)
	}
	d.rules = tableOf(all, 0)
	return nil
}

// program returns the rules of a resource type.
func (d *Detector) program(subject Subject) (*program, error) {
	key := programKey{subject.ResourceType, subject.Schema}
	d.mutex.RLock()
	known := d.programs[key]
	d.mutex.RUnlock()
	if known != nil {
		return known, nil
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	schema, err := rowsOf(subject.Schema.rules(), false, d.comparator)
	if err != nil {
		return nil, err
	}
	made := compile(subject.ResourceType, d.rules, schema)
	made.provided = subject.Schema.provided()
	if len(d.programs) >= rememberedPrograms {
		clear(d.programs)
	}
	d.programs[key] = made
	return made, nil
}

func (d *Detector) comparator(name string) (*semantic.Comparator, bool) {
	if own, known := d.comparators[name]; known {
		return own, true
	}
	return semantic.Named(name)
}

// Compare returns what differs between the desired and the actual configuration of a resource, with
// values, judged and redacted. A missing or null side is a resource that is not there. An error is
// InvalidInput, about the subject's schema.
func (d *Detector) Compare(subject Subject, desired, actual document.Value) (Finding, error) {
	finding := Finding{Subject: subject, Desired: desired, Actual: actual}
	program, err := d.program(subject)
	if err != nil {
		return Finding{}, err
	}
	w := newWalker(program, stance{mode: d.mode, recording: true, reading: program.readingOf(actual)})
	defer walkers.Put(w)
	w.resource(desired, actual)
	finding.Changes, finding.Approximate = w.changes, w.approximate
	finding.doubt()
	if len(finding.Changes) == 0 {
		return finding, nil
	}
	if program.hasSensitive {
		finding.Secrets = append(program.secrets(desired), program.secrets(actual)...)
	}
	d.applyJudge(&finding)
	if d.redactor != nil {
		d.redactor.Redact(&finding)
	}
	return finding, nil
}

// Differs reports whether Compare would find any change, at less cost than finding them.
func (d *Detector) Differs(subject Subject, desired, actual document.Value) (bool, error) {
	program, err := d.program(subject)
	if err != nil {
		return false, err
	}
	if nothing(desired) || nothing(actual) {
		return nothing(desired) != nothing(actual), nil
	}
	w := newWalker(program, stance{mode: d.mode, reading: program.readingOf(actual)})
	defer walkers.Put(w)
	return w.diff(program.matcher.Start(), desired, actual) > 0, nil
}

func (d *Detector) applyJudge(finding *Finding) {
	if d.judge == nil {
		return
	}
	for i, severity := range d.judge.Judge(*finding) {
		change := &finding.Changes[i]
		if severity == Critical || (severity.Valid() && !change.Ruled) {
			change.Severity = severity
		}
	}
}

// DetectResourceDrift returns a record for each difference between the desired and the actual
// configuration of a resource, in the order of the desired one. Errors are those of Compare.
func (d *Detector) DetectResourceDrift(subject Subject, desired, actual document.Value) ([]Record, error) {
	finding, err := d.Compare(subject, desired, actual)
	if err != nil {
		return nil, err
	}
	return d.Records(finding), nil
}
