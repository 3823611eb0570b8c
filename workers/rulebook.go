package workers

import (
	"context"
	"fmt"
	"sync"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// rulebook makes a detector per version of the stored rules, on the built-in packs, and keeps the
// latest few: a detector remembers what it compiled.
type rulebook struct {
	store driftwatch.RuleStore
	// secret keys the tags that secrets are shown by.
	secret []byte

	mutex     sync.Mutex
	detectors map[int]*drift.Detector
}

var _ driftwatch.Rulebook = (*rulebook)(nil)

// keptDetectors bounds how many versions are kept ready.
const keptDetectors = 4

// Current implements driftwatch.Rulebook.
func (r *rulebook) Current(ctx context.Context) (driftwatch.Comparer, int, error) {
	rules, err := r.store.Latest(ctx)
	if err != nil {
		return nil, 0, err
	}
	comparer, err := r.of(rules)
	return comparer, rules.Version, err
}

// At implements driftwatch.Rulebook.
func (r *rulebook) At(ctx context.Context, version int) (driftwatch.Comparer, error) {
	if known := r.known(version); known != nil {
		return comparer{known}, nil
	}
	rules, err := r.store.Version(ctx, version)
	if err != nil {
		return nil, err
	}
	return r.of(rules)
}

func (r *rulebook) known(version int) *drift.Detector {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.detectors[version]
}

func (r *rulebook) of(rules driftwatch.RuleVersion) (driftwatch.Comparer, error) {
	if known := r.known(rules.Version); known != nil {
		return comparer{known}, nil
	}
	redactor := secrecy.Redactor{Key: secrecy.Key(r.secret)}
	options := append(rulesfile.BuiltIn(), drift.WithJudge(judgement.Judge{Secrets: redactor}), drift.WithRedactor(redactor))
	if rules.Version > 0 {
		own, err := rulesfile.ParseDriftRules(fmt.Sprintf("drift rules version %d", rules.Version), []byte(rules.Document))
		if err != nil {
			return nil, err
		}
		options = append(options, drift.WithRules(own))
	}
	detector, err := drift.NewDetector(options...)
	if err != nil {
		return nil, err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if len(r.detectors) >= keptDetectors {
		clear(r.detectors)
	}
	r.detectors[rules.Version] = detector
	return comparer{detector}, nil
}

// comparer is a detector that looks at what a tenant runs now: a resource that was deleted is neither
// declared nor there.
type comparer struct{ *drift.Detector }

// ScanResource implements driftwatch.Comparer.
func (c comparer) ScanResource(resource infra.Resource) ([]drift.Record, error) {
	if resource.Desired == nil && resource.Actual == nil {
		return nil, nil
	}
	return c.Detector.ScanResource(resource)
}

// CheckDriftRules returns an InvalidInput error, with its line, for rules that are not understood.
func CheckDriftRules(name string, document []byte) error {
	own, err := rulesfile.ParseDriftRules(name, document)
	if err != nil {
		return err
	}
	_, err = drift.NewDetector(drift.WithRules(own))
	return err
}
