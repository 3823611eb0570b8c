package token_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/token"
)

func TestOIDC(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	provider := startProvider(t, &key.PublicKey)
	verifier, err := token.NewOIDC(t.Context(), token.OIDCOptions{Issuer: provider, Audience: "omnicloud", RolesClaim: "groups"})
	require.NoError(t, err)

	issue := func(change func(jwt.MapClaims)) string {
		content := jwt.MapClaims{
			"iss": provider, "aud": "omnicloud", "sub": "ada@example.com",
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
			"groups": []string{"finance_approver", "everyone"},
		}
		change(content)
		unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, content)
		unsigned.Header["kid"] = "k1"
		text, err := unsigned.SignedString(key)
		require.NoError(t, err)
		return text
	}

	t.Run("roles come from the configured claim and foreign groups are ignored", func(t *testing.T) {
		actor, err := verifier.Verify(t.Context(), issue(func(jwt.MapClaims) {}))
		require.NoError(t, err)
		require.Equal(t, approval.Actor{Subject: "ada@example.com", Roles: []approval.Role{approval.RoleFinanceApprover}}, actor)
	})

	t.Run("tokens for others, of others and out of time are refused", func(t *testing.T) {
		for name, change := range map[string]func(jwt.MapClaims){
			"another audience": func(c jwt.MapClaims) { c["aud"] = "payroll" },
			"another issuer":   func(c jwt.MapClaims) { c["iss"] = "https://elsewhere.example" },
			"expired":          func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
			"no known role":    func(c jwt.MapClaims) { c["groups"] = []string{"everyone"} },
		} {
			_, err := verifier.Verify(t.Context(), issue(change))
			require.True(t, fault.Is(err, fault.Unauthenticated), "%s: %v", name, err)
		}
	})

	t.Run("an issuer without an audience is refused", func(t *testing.T) {
		_, err := token.NewOIDC(t.Context(), token.OIDCOptions{Issuer: provider})
		require.ErrorContains(t, err, "audience")
	})
}

// startProvider serves the two documents that a verifier reads from an OpenID Connect provider.
func startProvider(t *testing.T, public *rsa.PublicKey) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	answer := func(content any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(content)
		}
	}
	mux.HandleFunc("/.well-known/openid-configuration", answer(map[string]any{
		"issuer": server.URL, "jwks_uri": server.URL + "/keys",
		"authorization_endpoint": server.URL + "/auth", "token_endpoint": server.URL + "/token",
		"id_token_signing_alg_values_supported": []string{"RS256"},
	}))
	mux.HandleFunc("/keys", answer(map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "kid": "k1", "alg": "RS256", "use": "sig",
		"n": base64.RawURLEncoding.EncodeToString(public.N.Bytes()), "e": "AQAB",
	}}}))
	return server.URL
}
