package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/token"
)

// enforceDrift lets the sample's drift be mended, and scans every tenant that was never scanned, so
// that the first minutes show what was found, mended and left for people. Modes that somebody set stay.
func (s *devStack) enforceDrift(ctx context.Context, bearer *token.Bearer) error {
	services, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(s.endpoints.Sandbox)})
	if err != nil {
		return err
	}
	defer services.Close()
	tenants, err := services.Tenants.Tenants(ctx)
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, s.endpoints.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	signed, err := bearer.Mint(approval.Actor{Subject: sampleAuthor, Roles: []approval.Role{approval.RoleOperator}}, time.Minute)
	if err != nil {
		return err
	}
	watch := postgres.NewDrifts(pool)
	for _, tenant := range tenants {
		scans, err := watch.Scans(ctx, tenant.ID, driftwatch.ScanPosition{}, 1)
		if err != nil {
			return err
		}
		if len(scans) > 0 {
			continue
		}
		if err := watch.SetModes(ctx, tenant.ID, driftwatch.Modes{{ResourceType: driftwatch.AllTypes, Mode: driftwatch.Enforce}}, sampleAuthor,
			"the sample mends what does not touch security", instant.Now()); err != nil {
			return err
		}
		if err := s.call(ctx, signed, http.MethodPost, "/v1/tenants/"+url.PathEscape(tenant.ID)+"/drift-scans", nil, nil); err != nil {
			return err
		}
	}
	return nil
}
