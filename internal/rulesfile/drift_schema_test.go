package rulesfile_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheShippedSchemaTakesWhatTheProgramTakes holds the JSON Schema for editors against the rules of
// the packs and of the other tests.
func TestTheShippedSchemaTakesWhatTheProgramTakes(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/drift-rules.schema.json")
	require.NoError(t, err)
	check := func(text []byte) error {
		written, err := yaml.YAMLToJSON(text)
		require.NoError(t, err)
		var value any
		require.NoError(t, json.Unmarshal(written, &value))
		return schema.Validate(value)
	}
	for _, pack := range []string{"packs/base.yaml", "packs/aws.yaml", "packs/aws/unread.yaml", "packs/aws/watch.yaml"} {
		text, err := os.ReadFile(pack)
		require.NoError(t, err)
		assert.NoError(t, check(text), pack)
	}
	assert.NoError(t, check([]byte(driftRules)))
	for _, bad := range []string{"version: 2", "version: 1\nignore: [{reason: x}]", "version: 1\ncollections: [{path: a, as: heap}]", "version: 1\nmagic: []"} {
		assert.Error(t, check([]byte(bad)), bad)
	}
}
