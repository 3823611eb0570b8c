package costs

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

func TestUsageOfUnknownTenants(t *testing.T) {
	roster, err := allocation.NewRoster([]tenancy.Tenant{{ID: "acme", Plan: tenancy.PlanFree}})
	require.NoError(t, err)
	known := intake.UsageTotal{TenantID: "acme", Category: "compute", Quantity: decimal.NewFromInt(1), Source: "the compute service"}
	require.NoError(t, checkListed(closing.AttemptRef{}, []intake.UsageTotal{known}, roster))
	err = checkListed(closing.AttemptRef{}, []intake.UsageTotal{known, {TenantID: "ghost", Source: "import 0192 (usage.csv)"}}, roster)
	require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	require.ErrorContains(t, err, `usage from import 0192 (usage.csv) names tenant "ghost"`)
	restated := closing.AttemptRef{Period: period.New(2025, time.September), Restates: 2}
	err = checkListed(restated, []intake.UsageTotal{{TenantID: "ghost", Source: "import 0192 (usage.csv)"}}, roster)
	require.ErrorContains(t, err, "was not known when 2025-09 was closed; restate with owners current")
}
