package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// driftRulesName stands for the body in errors about rules.
const driftRulesName = "drift-rules"

// GetDriftRules shows the rules in force, or an earlier version.
func (s *server) GetDriftRules(ctx context.Context, request GetDriftRulesRequestObject) (GetDriftRulesResponseObject, error) {
	var rules driftwatch.RuleVersion
	var err error
	if request.Params.Version > 0 {
		rules, err = s.Drift.Rules.Version(ctx, request.Params.Version)
	} else {
		rules, err = s.Drift.Rules.Latest(ctx)
	}
	return GetDriftRules200JSONResponse{Body: rules, Headers: GetDriftRules200ResponseHeaders{ETag: rulesTag(rules)}}, err
}

// PutDriftRules puts another version in force.
func (s *server) PutDriftRules(ctx context.Context, request PutDriftRulesRequestObject) (PutDriftRulesResponseObject, error) {
	document, mediaType, err := driftRulesBody(request)
	if err != nil {
		return nil, err
	}
	expected := -1
	if request.Params.IfMatch != "" {
		if expected, err = strconv.Atoi(unquoted(request.Params.IfMatch)); err != nil {
			return nil, fault.New(fault.PreconditionFailed, "If-Match %.40q is no version of the rules; GET them for the current one", request.Params.IfMatch)
		}
	}
	if err := s.Drift.CheckRules(driftRulesName, document); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(document)
	rules, err := s.Drift.Rules.Put(ctx, driftwatch.RuleVersion{
		Document: string(document), ContentHash: hex.EncodeToString(sum[:]), MediaType: mediaType,
		CreatedBy: actorOf(ctx).Subject, CreatedAt: instant.Now(),
	}, expected)
	return PutDriftRules200JSONResponse{Body: rules, Headers: PutDriftRules200ResponseHeaders{ETag: rulesTag(rules)}}, err
}

func driftRulesBody(request PutDriftRulesRequestObject) (document []byte, mediaType string, err error) {
	if request.JSONBody != nil {
		return *request.JSONBody, "application/json", nil
	}
	document, err = io.ReadAll(request.Body)
	return document, "application/yaml", err
}

func rulesTag(rules driftwatch.RuleVersion) string { return `"` + strconv.Itoa(rules.Version) + `"` }
