package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// rulebook makes a lens per tenant and version of the stored rules, on the built-in packs, and keeps those
// that were used last for a while.
type rulebook struct {
	store     driftwatch.RuleStore
	inventory infra.Inventory
	memory    driftwatch.SecretMemory
	// key makes the tags that stand for secrets.
	key    secrecy.Key
	now    func() time.Time
	lenses shelf
}

var _ driftwatch.Rulebook = (*rulebook)(nil)

// lensFresh is how long the secrets that a lens knows count as all that the tenant has. A scan always looks
// anew.
const lensFresh = 10 * time.Minute

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
func (r *rulebook) Forget(tenantID string) { r.lenses.forget(tenantID) }

// of returns the lens of a tenant and a version, whose rules are read where they are not given.
func (r *rulebook) of(ctx context.Context, tenantID string, version int, rules driftwatch.RuleVersion) (driftwatch.Comparer, error) {
	return r.lenses.take(lensKey{tenantID, version}, r.now(), func() (*lens, error) {
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
		return made, made.remember(ctx, r.memory, tenantID, r.now())
	})
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
