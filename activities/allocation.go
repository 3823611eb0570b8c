package activities

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// Allocation holds the activities that turn frozen inputs into a stored result, and their ports. All
// fields are required.
type Allocation struct {
	Periods closing.Store
	Rules   RuleVersions
	Inputs  intake.FrozenInputs
	Ledger  ledger.Store
	Costs   CostStore
}

// CostStore keeps costs by day and resource.
type CostStore interface {
	// StoreCosts stores what write gives to its sink as the costs of an attempt, all of it or
	// nothing. Where they are stored already, the sink keeps nothing. inputsHash names what they are
	// made of: stored costs of the same attempt that were made of something else are a Tampered
	// error. Errors of write are returned.
	StoreCosts(ctx context.Context, ref closing.AttemptRef, inputsHash string, write func(allocation.CostSink) error) error
}

// frozenRules reads the rule versions that a manifest names. One whose content is no longer what was
// frozen is a Tampered error.
func (a *Allocation) frozenRules(ctx context.Context, manifest closing.Manifest) (allocation.RuleSet, error) {
	versions := make([]allocation.RuleVersion, 0, len(manifest.Rules))
	for _, rule := range manifest.Rules {
		version, err := a.Rules.Version(ctx, rule.RuleID, rule.Version)
		if err != nil {
			return allocation.RuleSet{}, err
		}
		if version.ContentHash != rule.ContentHash {
			return allocation.RuleSet{}, fault.New(fault.Tampered, "version %d of rule %s is not what the close froze", rule.Version, rule.RuleID)
		}
		versions = append(versions, version)
	}
	return allocation.NewRuleSet(versions)
}

// allocations is only ever used to name the activities of Allocation in workflow code.
var allocations *Allocation
