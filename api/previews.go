package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costs"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// PreviewRules allocates a period by other rules and shows what differs. Nothing is stored.
func (s *server) PreviewRules(ctx context.Context, request PreviewRulesRequestObject) (PreviewRulesResponseObject, error) {
	document, err := readRules(request.JSONBody, request.Body)
	if err != nil {
		return nil, err
	}
	trial, err := s.trial(ctx, request.Book, request.Period)
	if err != nil {
		return nil, err
	}
	tried := trial.Calculation
	if tried.Rules, err = triedRules(trial.Rules.Versions(), document); err != nil {
		return nil, err
	}
	before, err := trial.Run(ctx)
	if err != nil {
		return nil, err
	}
	after, err := tried.Run(ctx)
	if err != nil {
		return nil, err
	}
	compared := allocation.Compare(before, after)
	answer := PreviewRules200JSONResponse{
		Book: request.Book, Period: request.Period, Inputs: trial.inputs, Revision: trial.revision,
		Totals: compared.Totals, Pools: compared.Pools, Accounts: compared.Accounts, AccountsChanged: len(compared.Accounts),
	}
	limit := request.Params.Limit
	if limit == 0 {
		limit = previewedAccounts
	}
	if len(answer.Accounts) > limit {
		answer.Accounts = answer.Accounts[:limit]
	}
	return answer, nil
}

// previewedAccounts is how many accounts are listed where the request does not say.
const previewedAccounts = 1000

// trial is what rules are tried on: the allocation by the rules that there are.
type trial struct {
	costs.Calculation
	revision int
	inputs   string
}

// trial finds what the latest revision of a month froze, or else what stands for it now.
func (s *server) trial(ctx context.Context, book string, month period.Period) (*trial, error) {
	status, err := s.Periods.Period(ctx, book, month)
	if err != nil {
		return nil, err
	}
	if status.Revision == 0 {
		return s.standingTrial(ctx, book, month)
	}
	revision, err := s.Revisions.Revision(ctx, book, month, 0)
	if err != nil {
		return nil, err
	}
	calculation, err := s.frozenCalculation(ctx, revision.Ref())
	return &trial{calculation, revision.Number, "frozen"}, err
}

func (s *server) standingTrial(ctx context.Context, id string, month period.Period) (*trial, error) {
	book, err := s.Periods.Book(ctx, id)
	if err != nil {
		return nil, err
	}
	versions, err := s.Rules.Active(ctx, month.Start(), month.End())
	if err != nil {
		return nil, err
	}
	rules, err := allocation.NewRuleSet(versions)
	return &trial{costs.Calculation{
		Inputs: s.Frozen, Ref: closing.AttemptRef{Book: id, Period: month}, Rules: rules, Basis: allocation.CostBasis(book.Basis),
	}, 0, "standing"}, err
}

// triedRules puts a document's rules in the place of those of the same pools, and its mapping in that
// of all mappings.
func triedRules(rules []allocation.RuleVersion, document rulesfile.Document) (allocation.RuleSet, error) {
	if document.Mapping == nil && len(document.Pools) == 0 {
		return allocation.RuleSet{}, fault.Invalid("", "the document holds neither pools nor a mapping")
	}
	tried := slices.DeleteFunc(slices.Clone(rules), func(version allocation.RuleVersion) bool {
		if version.Kind == allocation.RuleKindMapping {
			return document.Mapping != nil
		}
		return slices.ContainsFunc(document.Pools, func(rule allocation.AllocationRule) bool { return rule.PoolID == version.Pool.PoolID })
	})
	versions, err := document.Versions("", time.Time{})
	if err != nil {
		return allocation.RuleSet{}, err
	}
	for i := range versions {
		versions[i].RuleID = fmt.Sprintf("preview-%d", i+1)
	}
	tried = append(tried, versions...)
	set, err := allocation.NewRuleSet(tried)
	if err != nil {
		return allocation.RuleSet{}, err
	}
	return set, checkReached(document, tried)
}

// checkReached refuses a pool that no mapping and no other pool leads to: its rule changes nothing, and
// most likely its id is misspelt.
func checkReached(document rulesfile.Document, rules []allocation.RuleVersion) error {
	for i, pool := range document.Pools {
		reached := slices.ContainsFunc(rules, func(version allocation.RuleVersion) bool {
			if version.Kind == allocation.RuleKindMapping {
				return slices.ContainsFunc(version.Mapping.Entries, func(entry allocation.MappingEntry) bool { return entry.Pool == pool.PoolID })
			}
			_, flows := version.Pool.FlowsTo[pool.PoolID]
			return flows
		})
		if !reached {
			return fault.Invalid(fmt.Sprintf("/pools/%d/id", i), "no mapping and no pool leads to pool %q, so that its rule changes nothing; correct the id", pool.PoolID)
		}
	}
	return nil
}
