package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// documentName stands for the body in the errors of rulesfile.
const documentName = "rules"

// CreateAllocationRules creates a rule per pool of the document and one for its mapping, all in one
// transaction: create_allocation_rule for many.
func (s *server) CreateAllocationRules(ctx context.Context, request CreateAllocationRulesRequestObject) (CreateAllocationRulesResponseObject, error) {
	document, err := readRules(request.JSONBody, request.Body)
	if err != nil {
		return nil, err
	}
	versions, err := newRules(document, actorOf(ctx).Subject, instant.Now())
	if err != nil {
		return nil, err
	}
	if err := s.checkTogether(ctx, document, versions, ""); err != nil {
		return nil, err
	}
	err = s.RulesTogether(ctx, func(store allocation.RuleStore) error {
		for _, version := range versions {
			if err := store.Revise(ctx, allocation.RuleChange{RuleID: version.RuleID, Add: []allocation.RuleVersion{version}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	answer := CreateAllocationRules201JSONResponse{Body: CreatedRules{Items: ruleViews(versions)}}
	if len(versions) == 1 {
		answer.Body.RuleID = versions[0].RuleID
		location := "/v1/allocation-rules/" + url.PathEscape(answer.Body.RuleID)
		answer.Headers.Location = &location
	}
	return answer, nil
}

// readRules reads the body as what it was sent as; exactly one of the two is set.
func readRules(asJSON *json.RawMessage, asYAML io.Reader) (rulesfile.Document, error) {
	if asJSON != nil {
		document, err := rulesfile.Parse(documentName, *asJSON)
		return document, pointed(err)
	}
	text, err := io.ReadAll(asYAML)
	if err != nil {
		return rulesfile.Document{}, err
	}
	return rulesfile.Parse(documentName, text)
}

var placed = regexp.MustCompile(`^` + documentName + `:[0-9]+: ([a-z_]+(?:\[[0-9]+\]|\.[^ :]+)*): (.*)$`)

// pointed turns file, line and place of an error about a JSON document into a JSON pointer: the
// sender of a body knows no lines.
func pointed(err error) error {
	var coded *fault.Error
	if !errors.As(err, &coded) {
		return err
	}
	found := placed.FindStringSubmatch(coded.Message)
	if found == nil {
		return err
	}
	path := strings.FieldsFunc(found[1], func(r rune) bool { return r == '.' || r == '[' || r == ']' })
	invalid := fault.Invalid(pointer(path), "%s", found[2])
	invalid.Cause = coded.Cause
	return invalid
}

// newRules makes the document's rules, each under an id of its own.
func newRules(document rulesfile.Document, author string, now time.Time) ([]allocation.RuleVersion, error) {
	var versions []allocation.RuleVersion
	for _, rule := range document.Pools {
		version, err := allocation.NewPoolVersion(newID(), 1, rule, author, now)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	if document.Mapping != nil {
		version, err := allocation.NewMappingVersion(newID(), 1, *document.Mapping, author, now)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	if len(versions) == 0 {
		return nil, fault.Invalid("", "the document holds neither pools nor a mapping")
	}
	return versions, nil
}

// checkTogether refuses a mapping or pool that leads to a pool without a rule, here or stored, since
// its charges could not be split; pools that would flow in a circle; rules of one pool that overlap,
// here or with a stored one other than the superseded; and tenants that do not exist.
func (s *server) checkTogether(ctx context.Context, document rulesfile.Document, versions []allocation.RuleVersion, superseded string) error {
	stored, err := s.Rules.Active(ctx, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	if err := s.checkAlone(ctx, document, stored, superseded); err != nil {
		return err
	}
	pools := slices.DeleteFunc(slices.Clone(versions), func(version allocation.RuleVersion) bool { return version.Pool == nil })
	for _, version := range stored {
		if version.Pool != nil && !slices.ContainsFunc(document.Pools, func(rule allocation.AllocationRule) bool { return rule.PoolID == version.Pool.PoolID }) {
			pools = append(pools, version)
		}
	}
	if _, err := allocation.NewRuleSet(pools); err != nil {
		return err
	}
	if document.Mapping == nil {
		return nil
	}
	for i, entry := range document.Mapping.Entries {
		if entry.Pool == "" ||
			slices.ContainsFunc(document.Pools, func(rule allocation.AllocationRule) bool { return rule.PoolID == entry.Pool }) ||
			slices.ContainsFunc(stored, func(version allocation.RuleVersion) bool {
				return version.Pool != nil && version.Pool.PoolID == entry.Pool
			}) {
			continue
		}
		return fault.Invalid(fmt.Sprintf("/mapping/%d/pool", i), "the mapping leads to pool %q, which has no rule; add one", entry.Pool)
	}
	return nil
}

// SupersedeAllocationRule replaces a rule from an instant on, or in whole.
func (s *server) SupersedeAllocationRule(ctx context.Context, request SupersedeAllocationRuleRequestObject) (SupersedeAllocationRuleResponseObject, error) {
	versions, err := s.Rules.Versions(ctx, request.RuleID)
	if err != nil {
		return nil, err
	}
	document, err := readRules(request.JSONBody, request.Body)
	if err != nil {
		return nil, err
	}
	now := instant.Now()
	author := actorOf(ctx).Subject
	next, err := newRules(document, author, now)
	if err != nil {
		return nil, err
	}
	if len(next) != 1 {
		return nil, fault.Invalid("", "the document holds %d rules; a rule is superseded by exactly one", len(next))
	}
	if err := s.checkTogether(ctx, document, next, request.RuleID); err != nil {
		return nil, err
	}
	from, _ := next[0].Effective()
	change, err := allocation.Supersede(versions, next[0], from, author, now)
	if err != nil {
		return nil, err
	}
	if err := s.Rules.Revise(ctx, change); err != nil {
		return nil, err
	}
	history, err := s.history(ctx, request.RuleID)
	return SupersedeAllocationRule200JSONResponse(history), err
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
