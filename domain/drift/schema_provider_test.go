package drift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// registrySchema has the form in which CloudFormation's registry publishes resource schemas.
const registrySchema = `{
	"typeName": "Example::Store::Bucket",
	"properties": {
		"Arn": {"type": "string"},
		"Password": {"type": "string"},
		"Engine": {"type": "string", "default": "fast"},
		"Zones": {"type": "array", "insertionOrder": false, "items": {"type": "string"}},
		"Steps": {"type": "array", "insertionOrder": true, "items": {"type": "string"}},
		"Rules": {"type": "array", "insertionOrder": false, "items": {"$ref": "#/definitions/Rule"}},
		"Settings": {"type": "object", "patternProperties": {".*": {"type": "string"}}},
		"Attributes": {"type": "array", "arrayType": "AttributeList", "items": {"type": "string"}},
		"Legacy": {"type": "string"},
		"Net": {"$ref": "#/definitions/Net"}
	},
	"definitions": {
		"Rule": {"type": "object", "properties": {"Id": {"type": "string"}, "Port": {"type": "integer"}, "Status": {"type": "string", "default": "on"}}},
		"Net": {"type": "object", "properties": {"Address": {"type": "string"}, "Inner": {"$ref": "#/definitions/Net"}}}
	},
	"readOnlyProperties": ["/properties/Arn", "/properties/Net/Address", "/properties/Rules/*/Id"],
	"writeOnlyProperties": ["/properties/Password"],
	"createOnlyProperties": ["/properties/Engine"],
	"deprecatedProperties": ["/properties/Legacy"]
}`

func TestAResourceSchemaOfTheRegistryIsFollowed(t *testing.T) {
	parsed, err := document.ParseString(registrySchema)
	require.NoError(t, err)
	schema, err := drift.ParseSchema(parsed)
	require.NoError(t, err)
	assert.Equal(t, []string{"Arn", "Net.Address", "Rules.*.Id"}, schema.ReadOnly)
	assert.Equal(t, []string{"Settings"}, schema.FreeFormMaps)
	for name, testCase := range map[string]struct {
		desired, actual string
		paths           []string
	}{
		"what is read-only is no drift":            {`{"Arn":"a"}`, `{"Arn":"b","Net":{"Address":"1"}}`, nil},
		"nor within elements of a list":            {`{"Rules":[{"Port":1}]}`, `{"Rules":[{"Port":1,"Id":"x"}]}`, nil},
		"what is write-only is not returned":       {`{"Password":"x"}`, `{}`, nil},
		"nor is what is deprecated":                {`{"Legacy":"x","Steps":["a"]}`, `{"Arn":"a"}`, []string{"Steps"}},
		"attributes are completed":                 {`{"Attributes":["a","b"]}`, `{"Arn":"a","Attributes":["c","b"]}`, []string{"Attributes[0]"}},
		"a default is filled in":                   {`{}`, `{"Engine":"fast"}`, nil},
		"within elements too":                      {`{"Rules":[{"Port":1}]}`, `{"Rules":[{"Port":1,"Status":"on"}]}`, nil},
		"a live value beside the default is drift": {`{}`, `{"Engine":"slow"}`, []string{"Engine"}},
		"a list without order":                     {`{"Zones":["a","b"],"Rules":[{"Port":1},{"Port":2}]}`, `{"Zones":["b","a"],"Rules":[{"Port":2},{"Port":1}]}`, nil},
		"a list with order":                        {`{"Steps":["a","b"]}`, `{"Steps":["b","a"]}`, []string{"Steps[0]", "Steps[1]"}},
		"a key of a free map":                      {`{"Settings":{"a":"1"}}`, `{"Settings":{"a":"1","b":"2"}}`, []string{"Settings.b"}},
	} {
		t.Run(name, func(t *testing.T) {
			detector, err := drift.NewDetector()
			require.NoError(t, err)
			desired, err := document.ParseString(testCase.desired)
			require.NoError(t, err)
			actual, err := document.ParseString(testCase.actual)
			require.NoError(t, err)
			records, err := detector.DetectResourceDrift(drift.Subject{ResourceType: "Example::Store::Bucket", Schema: schema}, desired, actual)
			require.NoError(t, err)
			var paths []string
			for _, record := range records {
				paths = append(paths, record.ConfigPath)
			}
			assert.Equal(t, testCase.paths, paths)
		})
	}
}

func TestAResourceSchemaThatIsNoneIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"a text for a list": `{"properties":{},"readOnlyProperties":"/properties/Arn"}`,
		"no pointer":        `{"readOnlyProperties":["Arn"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := document.ParseString(text)
			require.NoError(t, err)
			_, err = drift.ParseSchema(parsed)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}
