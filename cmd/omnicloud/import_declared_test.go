package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestImportDeclaredResources(t *testing.T) {
	t.Run("a plan of Terraform declares what it plans and has seen what it read", func(t *testing.T) {
		i := newImporting(t)
		plan := i.file("plan.json", `{"format_version":"1.2","planned_values":{"root_module":{"resources":[
			{"address":"aws_subnet.a[\"x\"]","mode":"managed","type":"aws_subnet","values":{"n":1.10}}]}},
			"prior_state":{"values":{"root_module":{"resources":[{"address":"aws_subnet.a[\"x\"]","mode":"managed","type":"aws_subnet","values":{"n":2}}]}}}}`)
		code, out, errs := i.run("", "terraform", plan, "--tenant", "acme")
		require.Zero(t, code, errs)
		assert.Contains(t, out, "plan.json: 1 rows")
		assert.Contains(t, out, "TENANT")
		resources := i.resources()
		require.Len(t, resources, 1)
		assert.Equal(t, "aws_subnet.a.x", resources[0].ID)
		assert.Equal(t, "acme", resources[0].TenantID)
		assert.Equal(t, `{"n":1.10}`, string(resources[0].Desired))
		assert.Equal(t, `{"n":2}`, string(resources[0].Actual))
	})
	t.Run("manifests declare, and objects with a uid are what runs", func(t *testing.T) {
		i := newImporting(t)
		folder := inFolder(t, map[string]string{
			"a.yaml":    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n",
			"live.json": `{"kind":"List","apiVersion":"v1","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","uid":"1","resourceVersion":"9"},"data":{"k":"w"}}]}`,
		})
		code, _, errs := i.run("", "kubernetes", folder, "--tenant", "acme")
		require.Zero(t, code, errs)
		resources := i.resources()
		require.Len(t, resources, 1)
		assert.Equal(t, "ConfigMap_a", resources[0].ID)
		assert.JSONEq(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default","uid":"1"},"data":{"k":"w"}}`, string(resources[0].Actual))
	})
	t.Run("a tenant is not taken where files name them", func(t *testing.T) {
		code, _, errs := newImporting(t).run("{}", "resources", "-", "--tenant", "acme")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, "--tenant is for terraform and kubernetes")
	})
	t.Run("what declares resources of nobody is refused", func(t *testing.T) {
		for _, kind := range []string{"terraform", "kubernetes"} {
			code, _, errs := newImporting(t).run("{}", kind, "-")
			assert.Equal(t, 1, code)
			assert.Contains(t, errs, "name it with --tenant")
		}
	})
	t.Run("a file that is neither is refused whole", func(t *testing.T) {
		i := newImporting(t)
		for _, arguments := range [][]string{
			{"terraform", i.file("x.json", `{}`), "--tenant", "acme"},
			{"kubernetes", filepath.Dir(i.file("x.yaml", "a: b")), "--tenant", "acme"},
		} {
			code, _, errs := i.run("", arguments...)
			assert.Equal(t, 1, code, "%v", arguments)
			assert.Contains(t, errs, "x.")
			assert.Empty(t, i.resources())
		}
	})
}
