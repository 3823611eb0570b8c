package rulesfile_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

const driftRules = `version: 1
collections:
  - {path: "rules", as: keyed, keys: [port, protocol]}
  - {path: "zones", as: set, open: true, resource_type: "net::*"}
compare:
  - {path: "**.cidr", with: cidr}
  - {path: "policy", with: [iam-policy, house-style]}
ignore:
  - {path: "etag", reason: "changes with every read"}
  - {path: "tags[*]", where: {key: "vendor:*"}, reason: "the vendor's own"}
severity:
  - {resource_type: vm, path: "size", severity: functional}
sensitive:
  - {path: "**.password"}
null:
  - {path: "**", equals: missing}
empty:
  - {path: "**", equals: missing}
defaults:
  - {path: tier, value: basic}
  - {path: replicas, value: 1}
  - {path: owner, value: null}
watch:
  - {path: public, unless: [false, "no"]}
write_only:
  - {path: secret}
`

func TestParseDriftRules(t *testing.T) {
	t.Run("reads every list", func(t *testing.T) {
		rules, err := rulesfile.ParseDriftRules("rules.yaml", []byte(driftRules), "house-style")
		require.NoError(t, err)
		one, err := document.NumberValue("1")
		require.NoError(t, err)
		at := func(path string) drift.Scope { return drift.Scope{Path: path} }
		assert.Equal(t, drift.Rules{
			Collections: []drift.CollectionRule{
				{Scope: at("rules"), As: drift.Keyed, Keys: []string{"port", "protocol"}},
				{Scope: drift.Scope{ResourceType: "net::*", Path: "zones"}, As: drift.Set, Open: true},
			},
			Compare: []drift.CompareRule{{Scope: at("**.cidr"), With: []string{"cidr"}}, {Scope: at("policy"), With: []string{"iam-policy", "house-style"}}},
			Ignore: []drift.IgnoreRule{
				{Scope: at("etag"), Reason: "changes with every read"},
				{Scope: at("tags[*]"), Where: map[string]string{"key": "vendor:*"}, Reason: "the vendor's own"},
			},
			Severity:  []drift.SeverityRule{{Scope: drift.Scope{ResourceType: "vm", Path: "size"}, Severity: drift.Functional}},
			Sensitive: []drift.SensitiveRule{{Scope: at("**.password")}},
			Null:      []drift.NullRule{{Scope: at("**"), Equals: drift.EqualsMissing}},
			Empty:     []drift.EmptyRule{{Scope: at("**"), Equals: drift.EqualsMissing}},
			Defaults: []drift.DefaultRule{
				{Scope: at("tier"), Value: document.TextValue("basic")}, {Scope: at("replicas"), Value: one}, {Scope: at("owner"), Value: document.NullValue()},
			},
			Watch:     []drift.WatchRule{{Scope: at("public"), Unless: []document.Value{document.BoolValue(false), document.TextValue("no")}}},
			WriteOnly: []drift.WriteOnlyRule{{Scope: at("secret")}},
		}, rules)
	})
	t.Run("reads JSON", func(t *testing.T) {
		rules, err := rulesfile.ParseDriftRules("rules.json", []byte(`{"version":1,"null":[{"path":"a","equals":"empty"}],"defaults":[{"path":"b","value":true}]}`))
		require.NoError(t, err)
		assert.Equal(t, drift.EqualsEmpty, rules.Null[0].Equals)
		assert.True(t, rules.Defaults[0].Value.Bool())
	})
	for text, want := range map[string]string{
		"ignore: []":                         `rules.yaml:1: version is ""; this program reads version: 1`,
		"version: 1\nignored: []":            "rules.yaml:2: ignored: is not known here",
		"version: 1\nignore:\n  - {path: a}": "rules.yaml:3: ignore[0]: has no reason; say why nobody needs to see it",
		"version: 1\nignore:\n  - {path: a, reason: b}\n  - {reason: c}":    "rules.yaml:4: ignore[1]: has no path",
		"version: 1\ncompare:\n  - path: a\n    with: magic":                `rules.yaml:4: compare[0].with: there is no comparator "magic"; there are exact, plain, `,
		"version: 1\nsensitive:\n  - {path}":                                "rules.yaml:3: sensitive[0]: has no path",
		"version: 1\ncollections:\n  - {path: a, as: }":                     "rules.yaml:3: collections[0]: has no as",
		"version: 1\ncompare:\n  - {path: a}":                               "rules.yaml:3: compare[0]: has no with",
		"version: 1\ncollections:\n  - {path: a, as: heap}":                 `rules.yaml:3: collections[0].as: "heap" is none of list, set, multiset, keyed`,
		"version: 1\ncollections:\n  - {path: a, as: keyed}":                "rules.yaml:3: collections[0]: has no keys; as: keyed names the fields",
		"version: 1\ncollections:\n  - {path: a, as: set, keys: [b]}":       "rules.yaml:3: collections[0]: has keys, which belong to as: keyed alone",
		"version: 1\nseverity:\n  - {path: a, severity: grave}":             `rules.yaml:3: severity[0].severity: "grave" is none of cosmetic, functional, security, critical`,
		"version: 1\nnull:\n  - {path: a, equals: zero}":                    `rules.yaml:3: null[0].equals: "zero" is none of missing, empty, nothing`,
		"version: 1\nsensitive:\n  - {path: a..b}":                          `rules.yaml:3: sensitive[0].path: the path "a..b" is not understood: a name is missing`,
		"version: 1\nwatch:\n  - {path: a, unless: [0x1F]}":                 `rules.yaml:3: watch[0].unless[0]: "0x1F" is a number that JSON cannot hold`,
		"version: 1\nignore:\n  - {path: a, reason: b, reason: c}":          "rules.yaml:3: ",
		"version: 1\nignore:\n  - {path: a, reason: b, off: perhaps}":       `rules.yaml:3: ignore[0].off: "perhaps" is neither true nor false`,
		"version: 1\nignore: {path: a}":                                     "rules.yaml:2: ignore: is a mapping; it must be a list",
		"version: 1\nignore:\n  - {path: a, reason: b, resource_type: [x]}": "rules.yaml:3: ignore[0].resource_type: is a list; it must be a single value",
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			_, err := rulesfile.ParseDriftRules("rules.yaml", []byte(text))
			require.ErrorContains(t, err, want)
			assert.True(t, fault.Is(err, fault.InvalidInput))
		})
	}
}

func TestParseConfiguration(t *testing.T) {
	for name, test := range map[string]struct{ file, text, want string }{
		"JSON":                          {"a.json", `{"b":[1.0,null]}`, `{"b":[1.0,null]}`},
		"YAML":                          {"a.yaml", "b:\n  - 9007199254740993\n  - yes\n  - true\n  - ~\n", `{"b":[9007199254740993,"yes",true,null]}`},
		"JSON in a file of YAML":        {"a.yml", `{"b": "1"}`, `{"b":"1"}`},
		"no resource":                   {"a.json", "null\n", "null"},
		"a text in quotes is no number": {"a.yaml", `port: "8080"`, `{"port":"8080"}`},
	} {
		t.Run(name, func(t *testing.T) {
			value, err := rulesfile.ParseConfiguration(test.file, []byte(test.text))
			require.NoError(t, err)
			assert.Equal(t, test.want, value.String())
		})
	}
	for text, want := range map[string]string{
		`{"a":}`:      "a.json: line 1, column 6: a value cannot begin with '}'",
		" \n":         "a.json is empty; write null where there is no resource",
		"no token":    "a.json:1: is a single value; a configuration is a mapping or a list",
		"\xff\xfe{}":  "a.json is no text in UTF-8",
		"a: &b 1":     "a.json:1: ",
		"a: 1\n b: 2": "a.json:",
	} {
		_, err := rulesfile.ParseConfiguration("a.json", []byte(text))
		require.ErrorContains(t, err, want)
		assert.True(t, fault.Is(err, fault.InvalidInput))
	}
}

func TestPacksAreReadAndUnderstood(t *testing.T) {
	for _, name := range []string{"base", "severity", "aws", "terraform", "kubernetes"} {
		_, err := drift.NewDetector(drift.WithPack(rulesfile.Pack(name)))
		require.NoError(t, err, name)
	}
	assert.Panics(t, func() { rulesfile.Pack("nowhere") })
}

// TestThePackOfAWS holds each kind of rule against a resource as AWS would return it.
func TestThePackOfAWS(t *testing.T) {
	d, err := drift.NewDetector(drift.WithPack(rulesfile.Pack("base")), drift.WithPack(rulesfile.Pack("aws")))
	require.NoError(t, err)
	for name, test := range map[string]struct {
		resourceType, desired, actual string
		want                          []string
	}{
		"generated values, defaults and the provider's tags": {
			"AWS::Made::Up", `{"Tags":[{"Key":"team","Value":"a"}],"Timeout":"5"}`,
			`{"Arn":"arn:aws:x","Tags":[{"Key":"aws:stack","Value":"s"},{"Key":"team","Value":"a"}],"Timeout":5,"Mode":"AUTO"}`, nil,
		},
		"a tag of somebody else": {
			"AWS::Made::Up", `{"Tags":[{"Key":"team","Value":"a"}]}`, `{"Tags":[{"Key":"x","Value":"y"},{"Key":"team","Value":"b"}]}`,
			[]string{"Tags[0].Value", "Tags[0]"},
		},
		"order, case and ARN for name": {
			"AWS::Made::Up", `{"Subnets":["b","a"],"Role":"arn:aws:iam::111111111111:role/app","Name":"My-Name"}`,
			`{"Subnets":["a","b"],"Role":"app","Name":"my-name"}`, nil,
		},
		"a policy in another form": {
			"AWS::Made::Up", `{"Policy":{"Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":["b","a"]}]}}`,
			`{"Policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[\"s3:Get*\"],\"Resource\":[\"a\",\"b\"]}}"}`, nil,
		},
		"a policy with another action": {
			"AWS::Made::Up", `{"Policy":{"Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":"*"}]}}`,
			`{"Policy":{"Statement":[{"Effect":"Allow","Action":["s3:List*","s3:*"],"Resource":"*"}]}}`,
			[]string{"Policy.Statement[0].Action[0]"},
		},
		"a secret that does not come back": {"AWS::Made::Up", `{"MasterUserPassword":"x"}`, `{}`, nil},
		"a switch that is off":             {"AWS::Made::Up", `{"Logging":{"Enabled":false}}`, `{}`, nil},
		"a switch that was on":             {"AWS::Made::Up", `{"Logging":{"Enabled":true}}`, `{}`, []string{"Logging"}},
		"a reference":                      {"AWS::Made::Up", `{"Role":{"Fn::GetAtt":["Role","Arn"]},"Key":"{{resolve:ssm:key}}"}`, `{"Role":"arn:aws:x","Key":"k"}`, nil},
		"a value that somebody set":        {"AWS::Lambda::Function", `{}`, `{"ReservedConcurrentExecutions":5,"MemorySize":128}`, []string{"ReservedConcurrentExecutions"}},
		"a variable that somebody added":   {"AWS::Lambda::Function", `{"Environment":{"Variables":{"a":"1"}}}`, `{"Environment":{"Variables":{"a":"1","b":"2"}}}`, []string{"Environment.Variables.b"}},
		"the key policy of every key":      {"AWS::KMS::Key", `{}`, `{"KeyPolicy":{"Id":"key-default-1","Version":"2012-10-17","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"}]}}`, nil},
		"a key policy that lets others in": {"AWS::KMS::Key", `{}`, `{"KeyPolicy":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"},{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"}]}}`, []string{"KeyPolicy"}},
		"a rule for the world beside those declared": {
			"AWS::EC2::SecurityGroup", `{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"10.0.0.0/8"}]}`,
			`{"SecurityGroupIngress":[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIp":"0.0.0.0/0"},{"IpProtocol":"6","FromPort":443,"ToPort":443,"CidrIp":"10.0.0.0/8"}]}`,
			[]string{"SecurityGroupIngress[0]"},
		},
		"a block of public access that was lifted": {
			"AWS::S3::Bucket", `{}`, `{"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"BlockPublicPolicy":false}}`,
			[]string{"PublicAccessBlockConfiguration.BlockPublicPolicy"},
		},
		"versions as precise as they are declared": {"AWS::RDS::DBInstance", `{"EngineVersion":"8.0"}`, `{"EngineVersion":"8.0.45"}`, nil},
		"another version":                          {"AWS::RDS::DBInstance", `{"EngineVersion":"8.0"}`, `{"EngineVersion":"8.4.1"}`, []string{"EngineVersion"}},
	} {
		t.Run(name, func(t *testing.T) {
			desired, err := document.ParseString(test.desired)
			require.NoError(t, err)
			actual, err := document.ParseString(test.actual)
			require.NoError(t, err)
			finding, err := d.Compare(drift.Subject{ResourceType: test.resourceType}, desired, actual)
			require.NoError(t, err)
			var paths []string
			for _, change := range finding.Changes {
				paths = append(paths, change.Path.String())
			}
			assert.Equal(t, test.want, paths)
		})
	}
}

func FuzzParseDriftRules(f *testing.F) {
	f.Add([]byte(driftRules))
	pack, err := os.ReadFile("packs/base.yaml")
	require.NoError(f, err)
	f.Add(pack)
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := rulesfile.ParseDriftRules("rules.yaml", text, "house-style")
		if err != nil {
			require.Contains(t, []fault.Code{fault.InvalidInput, fault.TooLarge}, fault.CodeOf(err))
			return
		}
		_, err = drift.NewDetector(drift.WithRules(rules), drift.WithComparator("house-style", document.Equal))
		require.NoError(t, err)
	})
}
