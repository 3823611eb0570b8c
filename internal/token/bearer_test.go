package token_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/token"
)

func TestBearer(t *testing.T) {
	keys := openKeys(t, t.TempDir())
	bearer := token.NewBearer(keys)
	tenant := approval.Actor{Subject: "tenant:acme", Roles: []approval.Role{approval.RoleTenant}, TenantID: "acme"}

	t.Run("the actor comes back as minted", func(t *testing.T) {
		for _, actor := range []approval.Actor{operator, tenant} {
			text, err := bearer.Mint(actor, time.Hour)
			require.NoError(t, err)
			got, err := bearer.Verify(t.Context(), text)
			require.NoError(t, err)
			require.Equal(t, actor, got)
		}
	})

	t.Run("actors that mix or miss claims are refused", func(t *testing.T) {
		for name, actor := range map[string]approval.Actor{
			"no subject":           {Roles: operator.Roles},
			"no role":              {Subject: "x"},
			"unknown role":         {Subject: "x", Roles: []approval.Role{"root"}},
			"tenant without id":    {Subject: "x", Roles: tenant.Roles},
			"tenant with bad id":   {Subject: "x", Roles: tenant.Roles, TenantID: "a/b"},
			"tenant and operator":  {Subject: "x", Roles: []approval.Role{approval.RoleTenant, approval.RoleOperator}, TenantID: "acme"},
			"operator of a tenant": {Subject: "x", Roles: operator.Roles, TenantID: "acme"},
		} {
			_, err := bearer.Mint(actor, time.Hour)
			require.True(t, fault.Is(err, fault.Unauthenticated), "%s: %v", name, err)
		}
	})

	t.Run("an expired token is refused", func(t *testing.T) {
		text, err := bearer.Mint(operator, -time.Minute)
		require.NoError(t, err)
		_, err = bearer.Verify(t.Context(), text)
		require.ErrorContains(t, err, "expired")
	})

	t.Run("forgeries are refused", func(t *testing.T) {
		genuine, err := bearer.Mint(operator, time.Hour)
		require.NoError(t, err)
		_, strangerKey, err := ed25519.GenerateKey(nil)
		require.NoError(t, err)
		for name, text := range map[string]string{
			"empty":                 "",
			"no token":              "a.b.c",
			"signature cut":         genuine[:len(genuine)-4],
			"payload replaced":      withPayload(t, genuine, map[string]any{"sub": "operator", "roles": []string{"finance_approver"}}),
			"algorithm none":        sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, header(t, genuine), claims()),
			"algorithm HS256":       sign(t, jwt.SigningMethodHS256, []byte("secret"), header(t, genuine), claims()),
			"another key, same kid": sign(t, jwt.SigningMethodEdDSA, strangerKey, header(t, genuine), claims()),
		} {
			_, err := bearer.Verify(t.Context(), text)
			require.True(t, fault.Is(err, fault.Unauthenticated), "%s: %v", name, err)
		}
	})

	t.Run("a decision token is no bearer token and the other way round", func(t *testing.T) {
		decisions := token.NewDecisions(keys)
		decision, _, err := decisions.SignDecision(decisionClaims())
		require.NoError(t, err)
		_, err = bearer.Verify(t.Context(), decision)
		require.True(t, fault.Is(err, fault.Unauthenticated), err)

		genuine, err := bearer.Mint(operator, time.Hour)
		require.NoError(t, err)
		_, err = decisions.VerifyDecision(genuine)
		require.True(t, fault.Is(err, fault.Unauthenticated), err)
	})
}

func TestMintDevelopment(t *testing.T) {
	bearer := token.NewBearer(openKeys(t, t.TempDir()))
	tokens, err := token.MintDevelopment(bearer, []string{"acme", "globex"}, time.Hour)
	require.NoError(t, err)
	require.Len(t, tokens, 8)
	for name, text := range tokens {
		actor, err := bearer.Verify(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, name, actor.Subject)
		require.Equal(t, strings.HasPrefix(name, "tenant:"), actor.Has(approval.RoleTenant))
	}
}

// FuzzVerify looks for a text that crashes the parser or that passes without having been minted.
func FuzzVerify(f *testing.F) {
	keys, err := token.CreateKeys(f.Context(), keyfolder.At(f.TempDir()))
	require.NoError(f, err)
	bearer := token.NewBearer(keys)
	genuine, err := bearer.Mint(operator, time.Hour)
	require.NoError(f, err)
	f.Add(genuine)
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := bearer.Verify(t.Context(), text); err == nil && text != genuine {
			t.Fatalf("accepted %q", text)
		}
	})
}

func claims() jwt.MapClaims {
	return jwt.MapClaims{
		"iss": "omnicloud", "aud": "omnicloud-api", "sub": "operator", "roles": []string{"operator"},
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
}

func sign(t *testing.T, method jwt.SigningMethod, key any, headers map[string]any, content jwt.Claims) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(method, content)
	unsigned.Header["kid"], unsigned.Header["typ"] = headers["kid"], headers["typ"]
	text, err := unsigned.SignedString(key)
	require.NoError(t, err)
	return text
}

func header(t *testing.T, text string) map[string]any {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[0])
	require.NoError(t, err)
	var headers map[string]any
	require.NoError(t, json.Unmarshal(decoded, &headers))
	return headers
}

func withPayload(t *testing.T, text string, payload map[string]any) string {
	t.Helper()
	encoded, err := json.Marshal(payload)
	require.NoError(t, err)
	parts := strings.Split(text, ".")
	return parts[0] + "." + base64.RawURLEncoding.EncodeToString(encoded) + "." + parts[2]
}
