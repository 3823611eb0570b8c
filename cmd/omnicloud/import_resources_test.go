package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

const importedResources = `{"id":"vpc-1","resource_type":"AWS::EC2::VPC","tenant_id":"acme","desired":{"CidrBlock":"10.0.0.0/16"},"actual":{"CidrBlock":"10.0.0.0/16"}}
{"id":"vm-1","resource_type":"AWS::EC2::Instance","tenant_id":"acme","desired":{"n":1.10},"actual":{"n":1.1},"depends_on":["vpc-1"]}
{"id":"vm-2","resource_type":"AWS::EC2::Instance","tenant_id":"dune","desired":{"n":1}}
`

// resources reads what was imported.
func (i importing) resources() []infra.Resource {
	i.t.Helper()
	pool, err := postgres.Open(context.Background(), i.url)
	require.NoError(i.t, err)
	defer pool.Close()
	page, err := postgres.NewResources(pool).Resources(context.Background(), infra.ResourceFilter{}, "", 100)
	require.NoError(i.t, err)
	return page.Resources
}

// report reads the report that an import printed the id of, as GET /v1/imports/{id} does.
func (i importing) report(out string) intake.Report {
	i.t.Helper()
	id := regexp.MustCompile(`import (\S+)`).FindStringSubmatch(out)
	require.Len(i.t, id, 2, out)
	pool, err := postgres.Open(context.Background(), i.url)
	require.NoError(i.t, err)
	defer pool.Close()
	report, err := postgres.NewIntake(pool).Report(context.Background(), id[1])
	require.NoError(i.t, err)
	return report
}

func TestImportResources(t *testing.T) {
	t.Run("says what became of each tenant's, and keeps them to the digit", func(t *testing.T) {
		i := newImporting(t)
		code, out, errs := i.run("", "resources", i.file("inventory.jsonl", importedResources))
		require.Zero(t, code, errs)
		assert.Contains(t, out, "inventory.jsonl: 3 rows")
		assert.Contains(t, out, "2 added, 0 replaced, 0 unchanged")
		assert.Regexp(t, `TENANT +ROWS +OUTCOME`, out)
		assert.Regexp(t, `- +acme +2 +added`, out)
		report := i.report(out)
		require.EqualValues(t, 3, report.Rows)
		require.Equal(t, "dune", report.Slices[1].Scope)
		resources := i.resources()
		require.Len(t, resources, 3)
		require.Equal(t, "vm-1", resources[0].ID)
		require.Equal(t, `{"n":1.10}`, string(resources[0].Desired))
		require.Equal(t, []string{"vpc-1"}, resources[0].DependsOn)
		require.Nil(t, resources[1].Actual)
	})
	t.Run("takes the same content once, in whatever form it comes", func(t *testing.T) {
		i := newImporting(t)
		code, _, errs := i.run(importedResources, "resources", "-")
		require.Zero(t, code, errs)
		list := "[" + strings.ReplaceAll(strings.TrimSpace(importedResources), "\n", ",\n  ") + "]"
		code, out, errs := i.run("", "resources", i.file("inventory.json", list))
		require.Zero(t, code, errs)
		assert.Contains(t, out, "0 added, 0 replaced, 2 unchanged")
		code, out, errs = i.run(strings.Replace(importedResources, `{"n":1.1}`, `{"n":2}`, 1), "resources", "-")
		require.Zero(t, code, errs)
		assert.Contains(t, out, "0 added, 1 replaced, 1 unchanged")
	})
	t.Run("refuses a bad file whole and names the line", func(t *testing.T) {
		i := newImporting(t)
		code, _, errs := i.run("", "resources", i.file("bad.jsonl", importedResources+`{"id":"vm-3","resource_type":"x","desired":[]}`))
		require.Equal(t, 1, code)
		assert.Contains(t, errs, "bad.jsonl line 4: desired of resource vm-3 is no JSON object")
		require.Empty(t, i.resources())
	})
	t.Run("refuses what would go unheard", func(t *testing.T) {
		code, _, errs := newImporting(t).run(importedResources, "resources", "-", "--period", "2026-09")
		require.Equal(t, 1, code)
		assert.Contains(t, errs, "takes no period")
	})
}
