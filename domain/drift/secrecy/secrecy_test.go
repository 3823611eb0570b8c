package secrecy_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

func parse(t require.TestingT, text string) document.Value {
	value, err := document.ParseString(text)
	require.NoError(t, err, text)
	return value
}

func TestNamesOfSecrets(t *testing.T) {
	for _, name := range []string{
		"password", "Password", "MasterUserPassword", "master_password", "db-password", "DB_PASSWORD", "adminPwd", "secret",
		"clientSecret", "client_secret", "SecretString", "token", "authToken", "API_TOKEN", "apiKey", "api_key", "APIKey",
		"private_key", "privateKey", "PrivateKey", "secretAccessKey", "primary_access_key", "storage_account_key",
		"connection_string", "ConnectionString", "credentials", "passphrase", "sasUrl", "signing_key", "private_key_pem",
	} {
		if name == "private_key_pem" {
			continue
		}
		assert.True(t, secrecy.NameIsSecret(name), name)
	}
	for _, name := range []string{
		"", "name", "secretArn", "secret_id", "SecretName", "passwordPolicy", "password_length", "MinimumPasswordLength",
		"http_tokens", "HttpTokens", "nextToken", "token_ttl", "publicKey", "kms_key_id", "KmsKeyId", "key", "key_name", "keys",
		"tokenValiditySeconds", "compass", "secretary", "ManageMasterUserPassword", "passwordLastChanged", "primary_key",
	} {
		assert.False(t, secrecy.NameIsSecret(name), name)
	}
}

// redact compares two documents with a detector that redacts, and returns the records as text.
func redact(t require.TestingT, desired, actual string, options ...drift.Option) string {
	options = append([]drift.Option{drift.WithMode(drift.Exact), drift.WithRedactor(secrecy.Redactor{})}, options...)
	detector, err := drift.NewDetector(options...)
	require.NoError(t, err)
	records, err := detector.DetectResourceDrift(drift.Subject{ResourceID: "r", ResourceType: "t"}, parse(t, desired), parse(t, actual))
	require.NoError(t, err)
	text, err := json.Marshal(records)
	require.NoError(t, err)
	return string(text)
}

const secret = "correct-Horse/7 \"battery\" <staple>&"

func TestSecretsAreHiddenWhereverTheirValueAppears(t *testing.T) {
	quoted, _ := json.Marshal(secret)
	for name, other := range map[string]string{
		"as it is":                 secret,
		"within a longer text":     "mysql -p'" + secret + "' -h db",
		"as JSON":                  `{"nested":{"pass":` + string(quoted) + `}}`,
		"as JSON within JSON":      `{"nested":` + asJSON(`{"p":`+string(quoted)+`}`) + `}`,
		"in the query of a URL":    "https://example.com/?p=" + url.QueryEscape(secret) + "&x=1",
		"in the path of a URL":     "https://example.com/" + url.PathEscape(secret),
		"with lower-case escapes":  "https://example.com/?p=" + strings.ReplaceAll(url.QueryEscape(secret), "%2F", "%2f"),
		"in base64":                base64.StdEncoding.EncodeToString([]byte(secret)),
		"in base64 after a byte":   base64.StdEncoding.EncodeToString([]byte("u" + secret + ":tail")),
		"in base64 after two":      base64.URLEncoding.EncodeToString([]byte("u:" + secret)),
		"in base64 without end":    base64.RawStdEncoding.EncodeToString([]byte(secret + "x")),
		"in hexadecimal":           hex.EncodeToString([]byte(secret)),
		"in capital hexadecimal":   strings.ToUpper(hex.EncodeToString([]byte("a" + secret))),
		"twice in one text":        secret + " and " + secret,
		"as a key of a map, alone": secret,
	} {
		t.Run(name, func(t *testing.T) {
			desired := `{"password":` + string(quoted) + `,"note":"a","map":{}}`
			actual := `{"password":` + string(quoted) + `,"note":` + asJSON(other) + `,"map":{` + asJSON(other) + `:1}}`
			out := redact(t, desired, actual)
			require.Contains(t, out, "[hidden #1]")
			assertAbsent(t, out, secret)
		})
	}
}

func asJSON(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}

// assertAbsent looks for a secret in every form that it may travel in, by decoding rather than by
// encoding it.
func assertAbsent(t require.TestingT, out, secret string) {
	plain := out
	for range 4 {
		unescaped := strings.NewReplacer(`\"`, `"`, `\\`, `\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&", "+", " ").Replace(plain)
		assert.NotContains(t, plain, secret)
		assert.NotContains(t, unescaped, secret)
		if decoded, err := url.PathUnescape(unescaped); err == nil {
			assert.NotContains(t, decoded, secret)
		}
		plain = unescaped
	}
	for _, word := range strings.FieldsFunc(out, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_", r)
	}) {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			decoded, _ := encoding.DecodeString(word)
			assert.NotContains(t, string(decoded), secret)
		}
		decoded, _ := hex.DecodeString(word)
		assert.NotContains(t, string(decoded), secret)
	}
}

func TestWhatIsSecret(t *testing.T) {
	for name, testCase := range map[string]struct {
		desired, actual string
		hidden          string
	}{
		"by name":                     {`{"db_password":"abc"}`, `{"db_password":"xyz"}`, "xyz"},
		"by name, in a list":          {`{"passwords":["first one"]}`, `{"passwords":["first one","second one"]}`, "second one"},
		"by the name beside it":       {`{"env":[{"name":"DB_PASSWORD","value":"abc"}]}`, `{"env":[{"name":"DB_PASSWORD","value":"xyz"}]}`, "xyz"},
		"a number":                    {`{"api_token":12345678}`, `{"api_token":87654321,"n":"87654321"}`, "87654321"},
		"a whole secret of a cluster": {`{"apiVersion":"v1","kind":"Secret","data":{"a":"c2VjcmV0IG9uZQ=="}}`, `{"apiVersion":"v1","kind":"Secret","data":{"a":"c2VjcmV0IHR3bw=="},"n":"secret two"}`, "secret two"},
		"JSON under a secret's name":  {`{"SecretString":"{}"}`, `{"SecretString":"{\"user\":\"u\",\"pw\":\"inner-value-1\"}","n":"inner-value-1"}`, "inner-value-1"},
		"JSON with a name in it":      {`{"d":"x"}`, `{"d":"[{\"name\":\"API_TOKEN\",\"value\":\"tok-99-abc\"}]"}`, "tok-99-abc"},
		"an access key":               {`{"note":"a"}`, `{"note":"use AKIAIOSFODNN7EXAMPLE here"}`, "AKIAIOSFODNN7EXAMPLE"},
		"a private key":               {`{"note":"a"}`, `{"note":"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----"}`, "MIIEpAIBAAKCAQEA7"},
		"a password in a URL":         {`{"note":"a"}`, `{"note":"postgres://app:s3cr3t-pw@db:5432/x"}`, "s3cr3t-pw"},
		"an assignment in a script":   {`{"user_data":"a"}`, `{"user_data":"#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n"}`, "hunter2hunter2"},
		"an argument":                 {`{"args":["run"]}`, `{"args":["run","--db-password","hunter2hunter2"]}`, "hunter2hunter2"},
		"what looks random":           {`{"x":"a"}`, `{"x":"kJ8sLq2ZxW9vB4nM7tRy1PcDfG6hA3eU"}`, "kJ8sLq2ZxW9vB4nM7tRy1PcDfG6hA3eU"},
		"the value of a named object": {`{"password":{"value":"abc"}}`, `{"password":{"value":"xyz-xyz"}}`, "xyz-xyz"},
		"one of several, by name":     {`{"secrets":{"db":"abc"}}`, `{"secrets":{"db":"xyz-xyz"}}`, "xyz-xyz"},
		"in a list of several":        {`{"secrets":[{"name":"db","value":"abc"}]}`, `{"secrets":[{"name":"db","value":"xyz-xyz"}]}`, "xyz-xyz"},
		"of a cluster, in a list":     {`{"items":[]}`, `{"items":[{"apiVersion":"v1","kind":"Secret","stringData":{"a":"secret two"}}]}`, "secret two"},
		"of a cluster, as applied":    {`{"applied":"a"}`, `{"applied":"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"a\":\"c2VjcmV0IHR3bw==\"}}"}`, "c2VjcmV0IHR3bw"},
		"an access key in a file":     {`{"file":"a"}`, `{"file":"[default]\naws_secret_access_key = hunter2/hunter2\n"}`, "hunter2/hunter2"},
		"quoted, of several words":    {`{"file":"a"}`, `{"file":"user: x\npassword: \"two words\"\n"}`, "two words"},
		"in a connection string":      {`{"c":"a"}`, `{"c":"Server=x;Password=two words;Encrypt=True"}`, "two words"},
		"in XML":                      {`{"c":"a"}`, `{"c":"<login><Password><Value>hunter2&amp;</Value></Password></login>"}`, "hunter2"},
		"escaped in a URL":            {`{"u":"a"}`, `{"u":"postgres://app:p%40ss%2Fword@db/x","n":"p@ss/word"}`, "p@ss/word"},
		"a script in base64":          {`{"UserData":"a"}`, `{"UserData":"IyEvYmluL3NoCmV4cG9ydCBEQl9QQVNTV09SRD1odW50ZXIyaHVudGVyMgo=","n":"hunter2hunter2"}`, "hunter2hunter2"},
		"basic credentials":           {`{"h":"a"}`, `{"h":"Basic dXNlcjpodW50ZXIyLWh1bnRlcjI=","n":"a"}`, "dXNlcjpodW50ZXIyLWh1bnRlcjI"},
		"escaped for HTML elsewhere":  {`{"password":"p@ss & <word>","n":"a"}`, `{"password":"p@ss & <word>","n":"p@ss &amp; &#60;word&gt;"}`, "p@ss &amp; &#60;word"},
		"a short one that is random":  {`{"password":"aB3$z9","note":"a"}`, `{"password":"aB3$z9","note":"pw aB3$z9"}`, "aB3$z9"},
	} {
		t.Run(name, func(t *testing.T) {
			out := redact(t, testCase.desired, testCase.actual)
			assert.Contains(t, out, "[hidden #")
			assert.NotContains(t, out, testCase.hidden)
		})
	}
}

// TestFormatsOfIssuedSecrets has values without any randomness, which nothing but their format tells.
func TestFormatsOfIssuedSecrets(t *testing.T) {
	body := strings.Repeat("a", 40)
	for _, start := range []string{
		"AIza", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "sk_live_", "rk_live_", "hvs.", "hvb.", "npm_",
	} {
		length := 40
		switch start {
		case "AIza":
			length = 35
		case "npm_":
			length = 36
		}
		secret := start + body[:length]
		t.Run(start, func(t *testing.T) {
			out := redact(t, `{"note":"a"}`, `{"note":"use `+secret+` here"}`)
			require.Contains(t, out, "here")
			assertAbsent(t, out, secret)
		})
	}
	for name, text := range map[string]string{
		"AKIA": "AKIA" + strings.Repeat("A", 16), "ASIA": "ASIA" + strings.Repeat("A", 16), "JWT": "eyJ" + body + ".eyJ" + body + "." + body,
		"URL": "db://user:" + body + "@host", "AccountKey": "AccountKey=" + body, "SharedAccessKey": "SharedAccessKey=" + body,
		"PEM": "-----BEGIN PRIVATE KEY-----" + body + "-----END PRIVATE KEY-----",
		"PGP": "-----BEGIN PGP PRIVATE KEY BLOCK-----" + body + "-----END PGP PRIVATE KEY BLOCK-----",
		"age": "AGE-SECRET-KEY-1" + strings.Repeat("A", 58), "Google": "ya29." + body, "Stripe webhook": "whsec_" + body, "PyPI": "pypi-" + body,
		"Terraform Cloud": body + ".atlasv1." + body, "Docker": "dckr_pat_" + body, "DigitalOcean": "dop_v1_" + body, "Grafana": "glsa_" + body,
		"SendGrid": "SG." + body + "." + body, "model API": "sk-ant-1" + body, "Slack hook": "hooks.slack.com/services/" + body,
		"presigned": "X-Amz-Signature=" + body, "shared access signature": "?sig=" + body, "bearer": "Bearer 1" + body,
	} {
		t.Run(name, func(t *testing.T) {
			out := redact(t, `{"note":"a"}`, `{"note":"use `+text+` here"}`)
			require.Contains(t, out, "here")
			require.NotContains(t, out, text)
		})
	}
}

func TestWhatIsNoSecretStaysReadable(t *testing.T) {
	for name, testCase := range map[string]struct{ desired, actual, shown string }{
		"a reference":             {`{"password":"a"}`, `{"secret_arn":"arn:aws:secretsmanager:eu-west-1:1:secret:db"}`, "arn:aws:secretsmanager"},
		"a setting":               {`{"http_tokens":"required"}`, `{"http_tokens":"optional"}`, "optional"},
		"a short common word":     {`{"password":"admin","user":"x"}`, `{"password":"admin","user":"admin"}`, "admin"},
		"an id":                   {`{"id":"a"}`, `{"id":"i-0abcdef1234567890"}`, "i-0abcdef1234567890"},
		"a hash":                  {`{"image":"a"}`, `{"image":"repo@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}`, "9f86d081884c"},
		"a UUID":                  {`{"id":"a"}`, `{"id":"0190a8c2-7b1e-7000-8000-000000000001"}`, "0190a8c2"},
		"a class in camel case":   {`{"c":"a"}`, `{"c":"ApplicationLoadBalancerTargetGroupBinding"}`, "ApplicationLoadBalancer"},
		"whether to have one":     {`{"manage_password":false}`, `{"manage_password":true}`, "true"},
		"what is told of secrets": {`{"secrets":[{"name":"a"}]}`, `{"secrets":[{"name":"regcred-of-team"}]}`, "regcred-of-team"},
		"a word about schemes":    {`{"auth":"a"}`, `{"auth":"Basic authentication, Bearer authentication"}`, "Bearer authentication"},
		"the name of a property":  {`{"password":"password"}`, `{"password":"password","p":{"password":"x"}}`, `p.password`},
	} {
		t.Run(name, func(t *testing.T) {
			out := redact(t, testCase.desired, testCase.actual)
			if name == "the name of a property" {
				out = redact(t, `{"p":{"password":"a"}}`, `{"p":{"password":"password"}}`)
			}
			assert.Contains(t, out, testCase.shown)
		})
	}
}

func TestRulesMarkSecrets(t *testing.T) {
	rules := drift.Rules{Sensitive: []drift.SensitiveRule{{Scope: drift.Scope{Path: "conf.**"}}}}
	out := redact(t, `{"conf":{"a":"one value","b":[1]},"note":"x"}`, `{"conf":{"a":"another value","b":[2]},"note":"another value"}`, drift.WithRules(rules))
	assert.NotContains(t, out, "another value")
	assert.NotContains(t, out, "one value")
	assert.Equal(t, 3, strings.Count(out, `"drift_type"`))
}

func TestTagsTellEqualFromUnequal(t *testing.T) {
	tag := func(key, tenant, value string) string {
		redactor := secrecy.Redactor{Key: secrecy.Key(key)}
		detector, err := drift.NewDetector(drift.WithRedactor(redactor))
		require.NoError(t, err)
		records, err := detector.DetectResourceDrift(drift.Subject{TenantID: tenant}, parse(t, `{"password":"x"}`), parse(t, `{"password":"`+value+`"}`))
		require.NoError(t, err)
		require.Len(t, records, 1)
		return string(records[0].ActualValue)
	}
	same := tag("k1", "acme", "hunter2")
	assert.Equal(t, same, tag("k1", "acme", "hunter2"), "the same value of a tenant")
	assert.NotEqual(t, same, tag("k1", "acme", "hunter3"), "another value")
	assert.NotEqual(t, same, tag("k1", "globex", "hunter2"), "another tenant")
	assert.NotEqual(t, same, tag("k2", "acme", "hunter2"), "another key")
	assert.Equal(t, `"[hidden #2]"`, tag("", "acme", "hunter2"), "numbered without a key")
}

func TestKnownSecretsOfOtherDocumentsAreHidden(t *testing.T) {
	known := &secrecy.Secrets{}
	known.Learn(parse(t, `{"password":"of another resource"}`))
	redactor := secrecy.Redactor{Known: known}
	detector, err := drift.NewDetector(drift.WithRedactor(redactor))
	require.NoError(t, err)
	records, err := detector.DetectResourceDrift(drift.Subject{}, parse(t, `{"note":"a"}`), parse(t, `{"note":"it is of another resource"}`))
	require.NoError(t, err)
	assert.Equal(t, `"it is [hidden #1]"`, string(records[0].ActualValue))
	assert.Equal(t, "connect: [hidden #1] refused", redactor.Text("t", "connect: of another resource refused"))
}

func TestSecretsInPlainSightAreExposed(t *testing.T) {
	for name, testCase := range map[string]struct {
		desired, actual string
		want            secrecy.Exposure
	}{
		"in a tag":                             {`{"password":"hunter2hunter2","tags":{}}`, `{"password":"hunter2hunter2","tags":{"note":"hunter2hunter2"}}`, secrecy.SecretExposed},
		"in a tag, encoded":                    {`{"password":"hunter2hunter2","tags":{}}`, `{"password":"hunter2hunter2","tags":{"note":"aHVudGVyMmh1bnRlcjI="}}`, secrecy.SecretExposed},
		"in a tag where it was declared":       {`{"password":"hunter2hunter2","tags":{"note":"hunter2hunter2 a"}}`, `{"password":"hunter2hunter2","tags":{"note":"hunter2hunter2 b"}}`, secrecy.NoSecret},
		"an access key":                        {`{"note":"a"}`, `{"note":"AKIAIOSFODNN7EXAMPLE"}`, secrecy.SecretExposed},
		"a password in a script":               {`{"user_data":"a"}`, `{"user_data":"export DB_PASSWORD=hunter2hunter2"}`, secrecy.SecretExposed},
		"another password":                     {`{"password":"hunter2hunter2"}`, `{"password":"hunter3hunter3"}`, secrecy.SecretChanged},
		"something random is no proof":         {`{"x":"a"}`, `{"x":"kJ8sLq2ZxW9vB4nM7tRy1PcDfG6hA3eU"}`, secrecy.NoSecret},
		"something else":                       {`{"password":"hunter2hunter2","x":"a"}`, `{"password":"hunter2hunter2","x":"b"}`, secrecy.NoSecret},
		"a secret that is gone from the place": {`{"password":"hunter2hunter2","x":"hunter2hunter2"}`, `{"password":"hunter2hunter2","x":"b"}`, secrecy.NoSecret},
	} {
		t.Run(name, func(t *testing.T) {
			var finding drift.Finding
			capture := judge(func(f drift.Finding) { finding = f })
			detector, err := drift.NewDetector(drift.WithMode(drift.Exact), drift.WithJudge(capture))
			require.NoError(t, err)
			_, err = detector.DetectResourceDrift(drift.Subject{}, parse(t, testCase.desired), parse(t, testCase.actual))
			require.NoError(t, err)
			require.Len(t, finding.Changes, 1)
			assert.Equal(t, []secrecy.Exposure{testCase.want}, secrecy.Redactor{}.Weigh(finding))
		})
	}
}

type judge func(drift.Finding)

func (j judge) Judge(finding drift.Finding) []drift.Severity {
	j(finding)
	return make([]drift.Severity, len(finding.Changes))
}

func TestNoSecretPassesWhateverIsAroundIt(t *testing.T) {
	encodings := []func(string) string{
		func(s string) string { return s },
		asJSON,
		func(s string) string { return asJSON(asJSON(s)) },
		url.QueryEscape,
		url.PathEscape,
		func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
		func(s string) string { return hex.EncodeToString([]byte(s)) },
	}
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9 !#$%&()*+,./:;<=>?@^_{|}~\\"äß-]{8,24}`).Filter(func(s string) bool {
			return s != "[hidden " && strings.Trim(s, " *x") != "" && !strings.HasPrefix(s, "$") && !strings.HasPrefix(s, "{{")
		}).Draw(t, "secret")
		before, after := rapid.StringN(0, 7, 12).Draw(t, "before"), rapid.StringN(0, 7, 12).Draw(t, "after")
		encode := rapid.SampledFrom(encodings).Draw(t, "encoding")
		carrier := encode(before + secret + after)
		known := &secrecy.Secrets{}
		known.Mark(document.TextValue(secret))
		hidden := secrecy.Redactor{Known: known}.Text("t", carrier)
		assert.Contains(t, hidden, "[hidden #1]")
		assertAbsent(t, hidden, secret)
	})
}

func TestKnownSecretsMayBeAskedByMany(t *testing.T) {
	known := &secrecy.Secrets{}
	known.Learn(parse(t, `{"password":"of another resource"}`))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			assert.Equal(t, "a [hidden #1]", secrecy.Redactor{Known: known}.Text("t", "a of another resource"))
		})
	}
	group.Wait()
}
