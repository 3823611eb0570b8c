package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/token"
)

func TestKeys(t *testing.T) {
	for _, arguments := range [][]string{
		{"token", "mint", "--subject", "olga", "--role", "operator"},
		{"schedules", "list", "--database-url", "postgres://nobody@127.0.0.1:1/none"},
		{"schedules", "diff", "--database-url", "postgres://nobody@127.0.0.1:1/none"},
	} {
		t.Run(strings.Join(arguments[:2], " ")+" makes no keys", func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "keys")
			code, stdout, stderr := execute(t, append(arguments, "--keys-dir", folder)...)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			require.Equal(t, "omnicloud: no keys in "+folder+"; run omnicloud keys init --keys-dir "+folder+
				", or give --keys-dir the folder that has them\n", stderr)
			require.NoDirExists(t, folder)
		})
	}
	t.Run("init makes them once", func(t *testing.T) {
		folder := filepath.Join(t.TempDir(), "keys")
		code, _, stderr := execute(t, "keys", "init", "--keys-dir", folder)
		require.Zero(t, code, stderr)
		before, err := filepath.Glob(filepath.Join(folder, "*"))
		require.NoError(t, err)
		require.Len(t, before, 5, "payload keys, the pair for tokens, the secrets for webhooks and for drift")
		minted := mint(t, folder, "--subject", "olga", "--role", "operator")

		code, _, stderr = execute(t, "keys", "init", "--keys-dir", folder)
		require.Zero(t, code, stderr)
		after, err := filepath.Glob(filepath.Join(folder, "*"))
		require.NoError(t, err)
		require.Equal(t, before, after)
		require.Equal(t, "olga", verify(t, folder, minted).Subject)
	})
}

func TestTokenMint(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, createKeys(t.Context(), keyfolder.At(folder)))
	t.Run("names subject and roles", func(t *testing.T) {
		actor := verify(t, folder, mint(t, folder, "--subject", "olga", "--role", "operator,auditor"))
		require.Equal(t, approval.Actor{Subject: "olga", Roles: []approval.Role{approval.RoleOperator, approval.RoleAuditor}}, actor)
	})
	t.Run("names a tenant", func(t *testing.T) {
		actor := verify(t, folder, mint(t, folder, "--subject", "acme-it", "--role", "tenant", "--tenant", "acme"))
		require.Equal(t, "acme", actor.TenantID)
	})
	for want, arguments := range map[string][]string{
		`role "root" is none of operator`:                   {"--role", "root"},
		"a token of the role tenant carries no other role":  {"--role", "tenant"},
		"--tenant goes with --role tenant alone":            {"--role", "auditor", "--tenant", "acme"},
		"names no valid tenant_id":                          {"--role", "tenant", "--tenant", "a b"},
		"--lifetime is -1h0m0s; a token holds for a minute": {"--role", "auditor", "--lifetime=-1h"},
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			code, stdout, stderr := execute(t, append([]string{"token", "mint", "--keys-dir", folder, "--subject", "olga"}, arguments...)...)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}

func mint(t *testing.T, folder string, arguments ...string) string {
	t.Helper()
	code, stdout, stderr := execute(t, append([]string{"token", "mint", "--keys-dir", folder, "--lifetime", time.Hour.String()}, arguments...)...)
	require.Zero(t, code, stderr)
	require.Equal(t, 1, strings.Count(stdout, "\n"))
	return strings.TrimSpace(stdout)
}

func verify(t *testing.T, folder, signed string) approval.Actor {
	t.Helper()
	keys, err := token.OpenKeys(t.Context(), keyfolder.At(folder))
	require.NoError(t, err)
	actor, err := token.NewBearer(keys).Verify(t.Context(), signed)
	require.NoError(t, err)
	return actor
}
