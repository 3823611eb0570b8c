package secrecy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAssignedSecretsAreFoundAroundHints(t *testing.T) {
	parts := []string{
		"password", "PassWd", "passphrase", "PWD", "secret", "token", "api", "private", "encryption", "_", "-", "key", "KEY", "=", ":", " ", "\n",
		`"`, `'`, ";", "&", ",", "x", "hunter2", "a€b", "password=", "secret_key: ", "s", "p", "--token ", ">", "</", "<value>", `pwd = a b;`,
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 24).Draw(t, "parts"), "")
		for _, format := range assigned {
			require.Equal(t, format.in(text), format.assignedIn(text), format.pattern)
		}
	})
}
