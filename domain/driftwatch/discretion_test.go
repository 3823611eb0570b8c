package driftwatch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// remembered has one secret of each tenant.
type remembered struct {
	driftwatch.SecretMemory
	key     secrecy.Key
	secrets map[string]string
}

func (m remembered) Traces(_ context.Context, tenantID string, _ time.Time) ([]driftwatch.SeenTrace, error) {
	secret, known := m.secrets[tenantID]
	if !known {
		return nil, errors.New("no answer")
	}
	secrets := &secrecy.Secrets{}
	secrets.Mark(document.TextValue(secret))
	traces := secrets.Traces(m.key.Tracer(tenantID))
	return []driftwatch.SeenTrace{{Trace: traces[0]}}, nil
}

func TestDiscretion(t *testing.T) {
	key := secrecy.Key(strings.Repeat("k", 32))
	memory := remembered{key: key, secrets: map[string]string{"acme": "correct-horse", "dune": "battery-staple"}}
	discretion := &driftwatch.Discretion{Memory: memory, Key: key, Now: time.Now}
	hidden := func(text string, tenants ...string) string {
		text, err := discretion.Hide(t.Context(), text, tenants...)
		require.NoError(t, err)
		return text
	}
	require.NotContains(t, hidden("it is correct-horse now", "acme"), "correct-horse")
	both := hidden("correct-horse and battery-staple", "acme", "dune")
	require.Equal(t, 2, strings.Count(both, "[hidden "), both)
	require.Equal(t, "it is correct-horse now", hidden("it is correct-horse now", "dune"), "a secret of another tenant is none")
	require.NotContains(t, hidden("use AKIAIOSFODNN7EXAMPLE", "dune"), "AKIA", "a format tells by itself")
	require.Equal(t, "agreed with the team of databases", hidden("agreed with the team of databases", "acme"))
	_, err := discretion.Hide(t.Context(), "a reason", "nobody")
	require.Error(t, err)
}
