package secrecy_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

var traceKey = secrecy.Key(strings.Repeat("k", 32))

// remembering returns what knows the secrets of documents by their traces alone.
func remembering(t *testing.T, configs ...string) *secrecy.Secrets {
	t.Helper()
	gone := &secrecy.Secrets{}
	for _, config := range configs {
		gone.Learn(parse(t, config))
	}
	tracer := traceKey.Tracer("acme")
	known := &secrecy.Secrets{}
	known.Remember(secrecy.NewMemory(tracer, gone.Traces(tracer)))
	return known
}

func TestSecretsOfThePastAreHidden(t *testing.T) {
	const secret = "hunter2 \"hunter2\"/ü"
	redactor := secrecy.Redactor{Key: traceKey, Known: remembering(t, `{"password":`+asJSON(secret)+`,"other_token":"xyz-xyz-xyz-xyz"}`)}
	current := &secrecy.Secrets{}
	current.Mark(document.TextValue(secret))
	tag := secrecy.Redactor{Key: traceKey, Known: current}.Text("acme", secret)
	for name, carrier := range map[string]string{
		"as a whole":                   secret,
		"within a text":                "the old one was " + secret + ", ask ops",
		"as JSON in JSON":              asJSON(asJSON(secret)),
		"in a URL":                     "https://example.com/?p=" + url.QueryEscape(secret),
		"in a path":                    "/p/" + url.PathEscape(secret),
		"in base64":                    "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+secret)),
		"in base64 for URLs":           base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"in hexadecimal":               hex.EncodeToString([]byte("user:" + secret)),
		"in upper case of hexadecimal": strings.ToUpper(hex.EncodeToString([]byte(secret))),
	} {
		t.Run(name, func(t *testing.T) {
			hidden := redactor.Text("acme", carrier)
			assert.Contains(t, hidden, tag, "by the tag that it had while it was known")
			assertAbsent(t, hidden, secret)
		})
	}
	t.Run("by the tenant's own key alone", func(t *testing.T) {
		assert.Equal(t, "nothing of hunter2 is here", redactor.Text("acme", "nothing of hunter2 is here"))
		tracer := traceKey.Tracer("dune")
		gone := &secrecy.Secrets{}
		gone.Learn(parse(t, `{"password":"of another tenant"}`))
		foreign := &secrecy.Secrets{}
		foreign.Remember(secrecy.NewMemory(traceKey.Tracer("acme"), gone.Traces(tracer)))
		assert.Equal(t, "of another tenant", secrecy.Redactor{Key: traceKey, Known: foreign}.Text("acme", "of another tenant"))
	})
	t.Run("a line of a key", func(t *testing.T) {
		line := strings.Repeat("AbCd0123", 8)
		redactor := secrecy.Redactor{Key: traceKey, Known: remembering(t, `{"private_key":"-----BEGIN PRIVATE KEY-----\n`+line+`\nshort\n-----END PRIVATE KEY-----"}`)}
		assertAbsent(t, redactor.Text("acme", "it began "+line), line)
	})
	t.Run("the longest of those that begin alike", func(t *testing.T) {
		redactor := secrecy.Redactor{Key: traceKey, Known: remembering(t, `{"a":{"password":"password-1"},"b":{"password":"password-1-long"}}`)}
		assert.NotContains(t, redactor.Text("acme", "x password-1-long y"), "-long")
	})
}

func TestASecretOfThePastInPlainSightIsExposed(t *testing.T) {
	redactor := secrecy.Redactor{Key: traceKey, Known: remembering(t, `{"password":"rotated-away-1"}`)}
	var weighed []secrecy.Exposure
	detector, err := drift.NewDetector(drift.WithJudge(judge(func(f drift.Finding) { weighed = redactor.Weigh(f) })), drift.WithRedactor(redactor))
	require.NoError(t, err)
	records, err := detector.DetectResourceDrift(drift.Subject{TenantID: "acme"}, parse(t, `{"note":"a"}`), parse(t, `{"note":"was rotated-away-1"}`))
	require.NoError(t, err)
	assert.NotContains(t, string(records[0].ActualValue), "rotated-away-1")
	assert.Equal(t, []secrecy.Exposure{secrecy.SecretExposed}, weighed)
}

func TestTraces(t *testing.T) {
	tracer := traceKey.Tracer("acme")
	t.Run("are of what a name, a mark or a format tells, from 8 bytes", func(t *testing.T) {
		secrets := &secrecy.Secrets{}
		secrets.Learn(parse(t, `{"password":"aB3$x","token":"eight888","note":"AKIAIOSFODNN7EXAMPLE","random":"kJ8sLq2ZxW9vB4nM7tRy1PcDfG6hA3eU"}`))
		secrets.Mark(document.TextValue("marked as secret"))
		lengths := []int{}
		for _, trace := range secrets.Traces(tracer) {
			lengths = append(lengths, trace.Length)
			assert.Less(t, trace.Hint, uint32(1<<20))
		}
		assert.ElementsMatch(t, []int{8, 20, 16}, lengths)
	})
	t.Run("no memory is made of none", func(t *testing.T) {
		require.Nil(t, secrecy.NewMemory(tracer, nil))
		known := &secrecy.Secrets{}
		known.Remember(nil)
		assert.Equal(t, "a text", secrecy.Redactor{Known: known}.Text("acme", "a text"))
	})
}

func TestLawNoSecretOfThePastPasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[A-Za-z0-9 !#&()+,./:;<=>?@^_{|}~äß-]{8,40}`), 1, 20).Draw(t, "secrets")
		gone := &secrecy.Secrets{}
		for _, secret := range secrets {
			gone.Mark(document.TextValue(secret))
		}
		tracer := traceKey.Tracer("acme")
		known := &secrecy.Secrets{}
		known.Remember(secrecy.NewMemory(tracer, gone.Traces(tracer)))
		before, after := rapid.StringN(0, 7, 12).Draw(t, "before"), rapid.StringN(0, 7, 12).Draw(t, "after")
		secret := rapid.SampledFrom(secrets).Draw(t, "one of them")
		hidden := secrecy.Redactor{Key: traceKey, Known: known}.Text("acme", before+secret+after)
		if strings.Contains(hidden, secret) {
			t.Fatalf("%q shows in %q", secret, hidden)
		}
	})
}

func BenchmarkSecretsOfThePast(b *testing.B) {
	gone := &secrecy.Secrets{}
	for i := range 10_000 {
		gone.Mark(document.TextValue(fmt.Sprintf("secret %d of the past", i*7919)))
	}
	tracer := traceKey.Tracer("acme")
	known := &secrecy.Secrets{}
	known.Remember(secrecy.NewMemory(tracer, gone.Traces(tracer)))
	text := strings.Repeat("a text without any secret, as most are. ", 100)
	redactor := secrecy.Redactor{Key: traceKey, Known: known}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		redactor.Text("acme", text)
	}
}
