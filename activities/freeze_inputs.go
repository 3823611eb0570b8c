package activities

import (
	"context"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// Frozen names what an attempt froze by its hash.
type Frozen struct {
	ManifestHash string `json:"manifest_hash"`
	Inputs       int    `json:"inputs"`
	Rules        int    `json:"rules"`
	Rows         int64  `json:"rows"`
}

// FreezeInputs lists the inputs and the rules of the attempt in its manifest. What comes in later is
// not part of it. An attempt freezes once: repeated, it returns what it froze first.
func (a *Intake) FreezeInputs(ctx context.Context, ref closing.AttemptRef) (Frozen, error) {
	pulse, err := startPulse(ctx, a.Periods, ref, StepFreeze)
	if err != nil {
		return Frozen{}, ApplicationError(err)
	}
	defer pulse.stop()
	frozen, err := a.freeze(ctx, ref)
	if err != nil {
		return Frozen{}, ApplicationError(err)
	}
	return Frozen{
		ManifestHash: frozen.Hash,
		Inputs:       len(frozen.Manifest.Inputs),
		Rules:        len(frozen.Manifest.Rules),
		Rows:         frozen.Rows,
	}, nil
}

func (a *Intake) freeze(ctx context.Context, ref closing.AttemptRef) (intake.Frozen, error) {
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return intake.Frozen{}, err
	}
	request := intake.FreezeRequest{Ref: ref, Book: book, AllocationVersion: allocation.Version}
	if ref.Restates > 0 {
		restated, err := a.Periods.Restated(ctx, ref)
		if err != nil {
			return intake.Frozen{}, err
		}
		request.Restated = &restated
	}
	if request.Rules, err = a.rules(ctx, request); err != nil {
		return intake.Frozen{}, err
	}
	return a.Freezer.Freeze(ctx, request)
}

// rules chooses the rules in effect in the period; for a restatement those of the revision that it
// starts from, unless today's are asked for.
func (a *Intake) rules(ctx context.Context, request intake.FreezeRequest) ([]closing.ManifestRule, error) {
	if request.Restated != nil && request.Restated.Rules != closing.OriginCurrent {
		base, err := a.Periods.Manifest(ctx, request.Restated.Base)
		return base.Rules, err
	}
	active, err := a.Rules.Active(ctx, request.Ref.Period.Start(), request.Ref.Period.End())
	return manifestRules(active), err
}

// manifestRules names the rules in effect, mappings with the order in which they are tried.
func manifestRules(active []allocation.RuleVersion) []closing.ManifestRule {
	rules := make([]closing.ManifestRule, 0, len(active))
	mappings := 0
	for _, rule := range slices.SortedStableFunc(slices.Values(active), allocation.ByPrecedence) {
		named := closing.ManifestRule{RuleID: rule.RuleID, Version: rule.Version, ContentHash: rule.ContentHash}
		if rule.Kind == allocation.RuleKindMapping {
			mappings++
			named.Rank = mappings
		}
		rules = append(rules, named)
	}
	return rules
}

// FreezeInputs calls the activity of that name.
func FreezeInputs(ctx workflow.Context, ref closing.AttemptRef) (Frozen, error) {
	return execute[Frozen](ctx, intakes.FreezeInputs, "lists the inputs by hash: what comes later is late", ref)
}
