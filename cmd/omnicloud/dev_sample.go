package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/token"
)

const (
	// sampleTokensLast is how long the tokens of tokens.json hold; every start mints them anew.
	sampleTokensLast = 30 * 24 * time.Hour
	// sampleAuthor wrote the sample's rules. It is nobody's token, so everyone who may approve may
	// approve what these rules made.
	sampleAuthor = "system"
)

// prepareDatabase migrates the schema and makes the sample's book.
func (s *devStack) prepareDatabase(ctx context.Context) error {
	version, err := postgres.Migrate(ctx, s.endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, s.endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := postgres.EnsureBook(ctx, pool, closing.SampleBook()); err != nil {
		return err
	}
	s.progress.step("the schema is at version %d", version)
	return nil
}

// writeTokens mints a token for each of the sample's people and for each tenant that the tenants
// service knows.
func (s *devStack) writeTokens(ctx context.Context) (*token.Bearer, error) {
	services, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(s.endpoints.Sandbox)})
	if err != nil {
		return nil, err
	}
	defer services.Close()
	tenants, err := services.Tenants.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(tenants))
	for i, tenant := range tenants {
		ids[i] = tenant.ID
	}
	keys, err := token.OpenKeys(ctx, keyfolder.At(s.folder.Keys()))
	if err != nil {
		return nil, err
	}
	bearer := token.NewBearer(keys)
	tokens, err := token.MintDevelopment(bearer, ids, sampleTokensLast)
	if err != nil {
		return nil, err
	}
	return bearer, s.folder.WriteTokens(tokens)
}

// createRules gives a database without rules those of the sample, over the REST API like anyone.
func (s *devStack) createRules(ctx context.Context, bearer *token.Bearer) error {
	signed, err := bearer.Mint(approval.Actor{Subject: sampleAuthor, Roles: []approval.Role{approval.RoleOperator}}, time.Minute)
	if err != nil {
		return err
	}
	var page struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := s.call(ctx, signed, http.MethodGet, "/v1/allocation-rules?limit=1", nil, &page); err != nil || len(page.Items) > 0 {
		return err
	}
	return s.call(ctx, signed, http.MethodPost, "/v1/allocation-rules", sample.Rules, nil)
}

// call makes one request to the REST API. A body is YAML; an answer is decoded into the target
// unless that is nil.
func (s *devStack) call(ctx context.Context, bearer, method, path string, body []byte, target any) error {
	request, err := http.NewRequestWithContext(ctx, method, s.endpoints.API+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	if body != nil {
		request.Header.Set("Content-Type", "application/yaml")
		request.Header.Set("Idempotency-Key", "sample-rules")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("the API does not answer: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s answers %s: %s", method, path, response.Status, answer)
	}
	if target == nil {
		return nil
	}
	return json.Unmarshal(answer, target)
}
