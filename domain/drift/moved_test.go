package drift_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
)

func TestWhatComesBackElsewhere(t *testing.T) {
	d := detector(t, drift.WithMode(drift.Declared), drift.WithRules(drift.Rules{
		Moved:  []drift.MovedRule{{Scope: at("**")}},
		Ignore: []drift.IgnoreRule{{Scope: at("status"), Reason: "the provider's own"}},
	}))
	for name, test := range map[string]struct {
		desired, actual string
		want            []string
	}{
		"under a longer name":                 {`{"transition":{"days":90}}`, `{"transitions":[{"days":90}]}`, nil},
		"as part of what has its name":        {`{"expirationInDays":30}`, `{"expiration":{"days":30}}`, nil},
		"within something new":                {`{"targetArn":"arn:x"}`, `{"forward":{"targets":[{"targetArn":"arn:x","weight":1}]}}`, nil},
		"in another case":                     {`{"sourceColumn":"a"}`, `{"SourceColumn":"a"}`, nil},
		"under what a name is short for":      {`{"gte":4,"neq":1}`, `{"greaterThanOrEqual":4,"notEquals":1}`, nil},
		"but not for what it is not":          {`{"gte":4}`, `{"greaterThan":4}`, []string{`key_removed gte: 4 → missing`}},
		"as a text that is not met by chance": {`{"subnets":["subnet-0a1b","subnet-2c3d"]}`, `{"mappings":[{"id":"subnet-2c3d"},{"id":"subnet-0a1b"}]}`, nil},
		"but not with another value":          {`{"transition":{"days":90}}`, `{"transitions":[{"days":30}]}`, []string{`key_removed transition: {"days":90} → missing`}},
		"nor in part":                         {`{"subnets":["subnet-0a1b","subnet-2c3d"]}`, `{"mappings":[{"id":"subnet-0a1b"}]}`, []string{`key_removed subnets: ["subnet-0a1b","subnet-2c3d"] → missing`}},
		"nor a short text or a switch":        {`{"mode":"a","on":true}`, `{"other":"a","onion":true}`, []string{`key_removed mode: "a" → missing`, `key_removed on: true → missing`}},
		"nor in what was declared itself":     {`{"transition":1,"transitions":1}`, `{"transitions":1}`, []string{`key_removed transition: 1 → missing`}},
		"nor in what the provider says":       {`{"statusArn":"arn:long"}`, `{"status":"arn:long"}`, []string{`key_removed statusArn: "arn:long" → missing`}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, append([]string{}, test.want...), changes(t, d, test.desired, test.actual))
		})
	}
}

func TestAKeyInOtherLettersIsNotAnAddedOne(t *testing.T) {
	d := detector(t, drift.WithMode(drift.Declared), drift.WithRules(drift.Rules{
		Moved: []drift.MovedRule{{Scope: at("**")}}, Watch: []drift.WatchRule{{Scope: at("map.*")}},
	}))
	assert.Empty(t, changes(t, d, `{"map":{"sourceColumn":"a"}}`, `{"map":{"SourceColumn":"a"}}`))
	assert.Equal(t, []string{`key_removed map.sourceColumn: "a" → missing`}, changes(t, d, `{"map":{"sourceColumn":"a"}}`, `{"map":{"SourceColumn":"b"}}`))
	assert.Equal(t, []string{`key_added map.other: missing → "a"`}, changes(t, d, `{"map":{"source":"a"}}`, `{"map":{"source":"a","other":"a"}}`))
}

func TestWhatLiesApartFromDeclarations(t *testing.T) {
	d := detector(t, drift.WithMode(drift.Declared), drift.WithRules(drift.Rules{Watch: []drift.WatchRule{{Scope: at("block.*"), Unless: values(t, "true"), Apart: true}}}))
	assert.Empty(t, changes(t, d, `{"block":{"a":true}}`, `{"block":{"a":true,"b":false}}`))
	assert.Equal(t, []string{"key_added block.b: missing → false"}, changes(t, d, `{"x":1}`, `{"x":1,"block":{"a":true,"b":false}}`))
}

func TestAnotherChoiceIsADifferenceThoughBothAreEmpty(t *testing.T) {
	d := detector(t, drift.WithRules(drift.Rules{Empty: []drift.EmptyRule{{Scope: at("**"), Equals: drift.EqualsMissing}}}))
	assert.Equal(t, []string{`value_changed action: {"allow":{}} → {"block":{}}`}, changes(t, d, `{"action":{"allow":{}}}`, `{"action":{"block":{}}}`))
	assert.Empty(t, changes(t, d, `{"action":{"allow":{}}}`, `{"action":{}}`))
	assert.Empty(t, changes(t, d, `{"a":{"b":{},"c":1}}`, `{"a":{"c":1}}`))
}

func TestWriteOnlyAlone(t *testing.T) {
	d := detector(t, drift.WithRules(drift.Rules{WriteOnly: []drift.WriteOnlyRule{{Scope: at("*"), Alone: true}}}))
	assert.Equal(t, []string{"key_removed b.c: 1 → missing"}, changes(t, d, `{"a":1,"b":{"c":1}}`, `{"b":{}}`))
}

func TestPoliciesAreShownAsTheyWereWritten(t *testing.T) {
	d := detector(t, drift.WithRules(drift.Rules{Compare: []drift.CompareRule{{Scope: at("policy"), With: []string{"iam-policy"}}}}))
	got := changes(t, d,
		`{"policy":{"Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}}`,
		`{"policy":"{\"Statement\":[{\"Effect\":\"deny\",\"Action\":\"IAM:*\",\"Resource\":\"*\"},{\"Effect\":\"allow\",\"Action\":[\"S3:PutObject\",\"s3:DeleteObject\"],\"Resource\":\"*\"}]}"}`)
	assert.Equal(t, []string{`value_changed policy.Statement[0].Action[0]: "s3:GetObject" → "s3:DeleteObject"`}, got)
}

func TestTemplatesOfDefaults(t *testing.T) {
	for text, silent := range map[string]bool{
		"OrdersPolicy4A1B2C3D": true, "Orders4a1b2c3d": false, "4A1B2C3D": false, "backdoor": false,
	} {
		d := detector(t, drift.WithMode(drift.Declared), drift.WithRules(drift.Rules{Watch: []drift.WatchRule{{Scope: at("name"), Unless: values(t, `"<construct><hash>"`)}}}))
		assert.Equal(t, silent, len(changes(t, d, `{}`, `{"name":"`+text+`"}`)) == 0, text)
	}
	_, err := drift.NewDetector(drift.WithRules(drift.Rules{Moved: []drift.MovedRule{{Scope: at("a..b")}}}))
	require.Error(t, err)
}
