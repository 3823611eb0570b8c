package workers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// rulebook makes a lens per tenant and version of the stored rules, on the built-in packs, and keeps a
// few: a lens remembers what it compiled, and which secrets the tenant has.
type rulebook struct {
	store     driftwatch.RuleStore
	inventory infra.Inventory
	// key makes the tags that stand for secrets.
	key secrecy.Key
	now func() time.Time

	mutex  sync.Mutex
	lenses map[lensKey]*lensSlot
}

type lensKey struct {
	tenantID string
	version  int
}

// lensSlot holds a lens, or is locked by whoever makes it.
type lensSlot struct {
	mutex sync.Mutex
	lens  *lens
	made  time.Time
}

var _ driftwatch.Rulebook = (*rulebook)(nil)

const (
	// keptLenses bounds how many lenses are kept ready.
	keptLenses = 4
	// lensFresh is how long the secrets that a lens knows count as all that the tenant has. A scan always
	// looks anew.
	lensFresh = 10 * time.Minute
)

// Current implements driftwatch.Rulebook.
func (r *rulebook) Current(ctx context.Context, tenantID string) (driftwatch.Comparer, int, error) {
	rules, err := r.store.Latest(ctx)
	if err != nil {
		return nil, 0, err
	}
	comparer, err := r.of(ctx, tenantID, rules.Version, rules)
	return comparer, rules.Version, err
}

// At implements driftwatch.Rulebook.
func (r *rulebook) At(ctx context.Context, tenantID string, version int) (driftwatch.Comparer, error) {
	return r.of(ctx, tenantID, version, driftwatch.RuleVersion{})
}

// Forget implements driftwatch.Rulebook.
func (r *rulebook) Forget(tenantID string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for key := range r.lenses {
		if key.tenantID == tenantID {
			delete(r.lenses, key)
		}
	}
}

// of returns the lens of a tenant and a version, whose rules are read where they are not given.
func (r *rulebook) of(ctx context.Context, tenantID string, version int, rules driftwatch.RuleVersion) (driftwatch.Comparer, error) {
	slot := r.slot(lensKey{tenantID, version})
	slot.mutex.Lock()
	defer slot.mutex.Unlock()
	now := r.now()
	if slot.lens != nil && now.Sub(slot.made) < lensFresh {
		return slot.lens, nil
	}
	if version > 0 && rules.Version == 0 {
		var err error
		if rules, err = r.store.Version(ctx, version); err != nil {
			return nil, err
		}
	}
	var own []drift.Option
	if rules.Version > 0 {
		parsed, err := rulesfile.ParseDriftRules(fmt.Sprintf("drift rules version %d", rules.Version), []byte(rules.Document))
		if err != nil {
			return nil, err
		}
		own = append(own, drift.WithRules(parsed))
	}
	made, err := newLens(ctx, r.inventory, r.key, tenantID, own...)
	if err != nil {
		return nil, err
	}
	slot.lens, slot.made = made, now
	return made, nil
}

func (r *rulebook) slot(key lensKey) *lensSlot {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if slot := r.lenses[key]; slot != nil {
		return slot
	}
	if r.lenses == nil || len(r.lenses) >= keptLenses {
		r.lenses = make(map[lensKey]*lensSlot, keptLenses)
	}
	slot := &lensSlot{}
	r.lenses[key] = slot
	return slot
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
