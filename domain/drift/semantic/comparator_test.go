package semantic_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
)

// cases are pairs of JSON values per comparator, written as a ~ b where they are the same and a ! b
// where they are not.
var cases = []struct {
	comparator, desired string
	same                bool
	actual              string
}{
	{"plain", `"8080"`, true, `8080`},
	{"plain", `"8080"`, true, `8080.0`},
	{"plain", `"007"`, false, `7`},
	{"plain", `"1.10"`, false, `1.1`},
	{"plain", `"true"`, true, `true`},
	{"plain", `"True"`, false, `true`},
	{"plain", `"9007199254740993"`, false, `9007199254740992`},
	{"plain", `1`, false, `true`},
	{"exact", `"8080"`, false, `8080`},
	{"exact", `1.0`, true, `1`},
	{"number", `"007"`, true, `7`},
	{"number", `"1.10"`, true, `"1.1"`},
	{"number", `" +5 "`, true, `5`},
	{"number", `"1e3"`, true, `1000`},
	{"number", `".5"`, true, `0.5`},
	{"number", `"-00.50"`, true, `-0.5`},
	{"number", `"0x10"`, false, `16`},
	{"number", `"5a"`, false, `5`},
	{"boolean", `"Yes"`, true, `true`},
	{"boolean", `"off"`, true, `false`},
	{"boolean", `1`, true, `true`},
	{"boolean", `"perhaps"`, false, `true`},
	{"ignore-case", `"TCP"`, true, `"tcp"`},
	{"ignore-case", `"tcp"`, false, `"udp"`},
	{"trim", `" a\n"`, true, `"a"`},
	{"trim", `"a\r\nb"`, true, `"a\nb"`},
	{"spaces", `"a  b"`, true, `"a b"`},
	{"words", `"b a"`, true, `"a  b"`},
	{"comma-list", `"b, a"`, true, `"a,b"`},
	{"comma-list", `"a,a"`, false, `"a"`},
	{"cidr", `"10.0.0.7/8"`, true, `"10.0.0.0/8"`},
	{"cidr", `"10.0.0.1"`, true, `"10.0.0.1/32"`},
	{"cidr", `"2001:DB8:0::/32"`, true, `"2001:db8::/32"`},
	{"cidr", `"::/0"`, true, `"0:0:0:0:0:0:0:0/0"`},
	{"cidr", `"::ffff:10.0.0.0/104"`, true, `"10.0.0.0/8"`},
	{"cidr", `"10.0.0.0/8"`, false, `"10.0.0.0/9"`},
	{"cidr", `"sg-1234"`, false, `"sg-1235"`},
	{"ip", `"::FFFF:1.2.3.4"`, true, `"1.2.3.4"`},
	{"ip", `"fe80::1%eth0"`, false, `"fe80::1"`},
	{"hostname", `"Example.COM."`, true, `"example.com"`},
	{"hostname", `"\\052.example.com"`, true, `"*.example.com"`},
	{"dns-alias", `"lb.amazonaws.com"`, true, `"dualstack.LB.amazonaws.com."`},
	{"ip-protocol", `"tcp"`, true, `6`},
	{"ip-protocol", `-1`, true, `"all"`},
	{"ip-protocol", `"tcp"`, false, `"17"`},
	{"url", `"HTTPS://Example.com:443/a/"`, true, `"https://example.com/a"`},
	{"url", `"https://example.com/A"`, false, `"https://example.com/a"`},
	{"url", `"https://example.com:8443"`, false, `"https://example.com"`},
	{"duration", `"90m"`, true, `"1h30m"`},
	{"duration", `"PT1H30M"`, true, `5400`},
	{"duration", `"1 day"`, true, `"24h"`},
	{"duration", `"P1W"`, true, `"7 days"`},
	{"duration", `"P1M"`, false, `"30 days"`},
	{"duration", `"1500ms"`, true, `1.5`},
	{"duration", `"PT"`, false, `0`},
	{"bytes", `"1Gi"`, true, `"1024MiB"`},
	{"bytes", `"1 GB"`, true, `1000000000`},
	{"bytes", `"1GB"`, false, `"1GiB"`},
	{"bytes", `"1.5KiB"`, true, `1536`},
	{"cpu", `"1000m"`, true, `1`},
	{"cpu", `"250m"`, true, `"0.25"`},
	{"cpu", `"1"`, false, `"1m"`},
	{"quantity", `"1E"`, true, `"1e18"`},
	{"quantity", `"128974848"`, true, `"123Mi"`},
	{"quantity", `"1M"`, false, `"1m"`},
	{"time", `"2026-09-01T02:00:00+02:00"`, true, `"2026-09-01T00:00:00Z"`},
	{"time", `"2026-09-01T00:00:00.000Z"`, true, `"2026-09-01T00:00:00Z"`},
	{"time", `"2026-09-01"`, true, `"2026-09-01T00:00:00Z"`},
	{"time", `"2026-09-01T00:00:00Z"`, false, `"2026-09-01T00:00:01Z"`},
	{"hour", `1784632175`, true, `1784631600`},
	{"hour", `"2026-07-21T11:59:00Z"`, true, `"2026-07-21T11:00:00Z"`},
	{"hour", `1784632175`, false, `1784628000`},
	{"base64", `"hello"`, true, `"aGVsbG8="`},
	{"base64", `"hello"`, false, `"aGVsbG9v"`},
	{"json", `"{\"a\": 1.0}"`, true, `{"a":1}`},
	{"json", `"{\"a\":1}"`, false, `"{\"a\":2}"`},
	{"json", `"1.0"`, false, `"1"`},
	{"json", `"%7B%22a%22%3A1%7D"`, true, `{"a":1}`},
	{"arn", `"arn:aws:iam::111111111111:role/app"`, true, `"app"`},
	{"arn", `"app"`, true, `"arn:aws:lambda:eu-west-1:111111111111:function:app"`},
	{"arn", `"arn:aws:iam::111111111111:root"`, true, `"111111111111"`},
	{"arn", `"arn:aws:iam::111111111111:role/my-app"`, false, `"app"`},
	{"arn", `"/app/orders"`, true, `"arn:aws:logs:eu-west-1:1:log-group:/app/orders:*"`},
	{"arn", `"orders"`, true, `"arn:aws:lambda:eu-west-1:1:function:orders:$LATEST"`},
	{"arn", `"bucket/path"`, true, `"s3://bucket/path/"`},
	{"arn", `"orders-db"`, true, `"arn:aws:secretsmanager:eu-west-1:1:secret:orders-db-a1B2c3"`},
	{"arn", `"arn:aws:secretsmanager:eu-west-1:1:secret:db"`, true, `"arn:aws:secretsmanager:eu-west-1:1:secret:db-a1B2c3"`},
	{"arn", `"arn:aws:secretsmanager:eu-west-1:1:secret:db"`, false, `"arn:aws:secretsmanager:eu-west-1:1:secret:db2-a1B2c3"`},
	{"arn", `"arn:aws:sns:eu-west-1:1:a"`, false, `"arn:aws:sns:eu-west-1:1:b"`},
	{"kms-key", `"alias/app"`, true, `"arn:aws:kms:eu-west-1:1:key/0000-11"`},
	{"kms-key", `"alias/app"`, true, `"7d3b1f52-08f2-4c6a-9d6e-0f8a52d6b1c4"`},
	{"kms-key", `"alias/app"`, false, `"alias/other"`},
	{"kms-key", `"arn:aws:kms:eu-west-1:1:key/0000-11"`, false, `"alias/app"`},
	{"kms-key", `"alias/app"`, false, `"something"`},
	{"provider-case", `"My-Group"`, true, `"my-group"`},
	{"provider-case", `"My-Group"`, false, `"my-Group"`},
	{"provider-case", `"Example.com"`, true, `"example.com."`},
	{"generated-suffix", `"db"`, true, `"db-AbC123"`},
	{"generated-suffix", `"db"`, false, `"db-2"`},
	{"generated-suffix", `"db"`, false, `"db-old/er-1"`},
	{"version-prefix", `"8.0"`, true, `"8.0.45"`},
	{"version-prefix", `"1.6.22"`, true, `"1.6"`},
	{"version-prefix", `"LATEST"`, true, `"1.4.0"`},
	{"version-prefix", `"v1.21.2"`, true, `"v1.21.2-eksbuild.2"`},
	{"version-prefix", `"6.x"`, true, `"6.2"`},
	{"version-prefix", `"6.x"`, false, `"7.0"`},
	{"version-prefix", `"8.0"`, false, `"8.01"`},
	{"version-prefix", `"8.0"`, false, `"8.1"`},
	{"final-mark", `"example.com"`, true, `"example.com."`},
	{"final-mark", `"/a/"`, true, `"/a"`},
	{"final-mark", `"arn:aws:logs:r:1:log-group:x"`, true, `"arn:aws:logs:r:1:log-group:x:*"`},
	{"final-mark", `"/"`, false, `""`},
	{"lost-characters", `"caf? ??"`, true, `"café ñü"`},
	{"lost-characters", `"a?"`, false, `"ab"`},
	{"redis-acl", `"on ~* +@read"`, true, `"on ~* -@all +@read"`},
	{"redis-acl", `"on ~* +@read"`, false, `"on ~* +@all"`},
	{"masked", `"hunter2"`, true, `"****"`},
	{"masked", `"hunter2"`, false, `"**"`},
	{"masked", `"*"`, false, `"hunter2"`},
	{"placeholders", `"arn:aws:lambda:${AWS::Region}:1:function:${Name}"`, true, `"arn:aws:lambda:eu-west-1:1:function:pay"`},
	{"placeholders", `"${A}-${B}-end"`, true, `"x-y-end"`},
	{"placeholders", `"${Name}:8080"`, false, `"pay:9090"`},
	{"placeholders", `"a-${B}"`, false, `"b-c"`},
	{"placeholders", `"home/${aws:username}"`, false, `"home/eve"`},
	{"placeholders", `"cost: $5}"`, false, `"cost: $6}"`},
	{"json-pointer", `"image~1png"`, true, `"image/png"`},
	{"json-pointer", `"image~1png"`, false, `"image/jpg"`},
	{"arn", `"web"`, true, `"arn:aws:ecs:eu-west-1:1:task-definition/web:7"`},
	{"arn", `"arn:aws:ecs:eu-west-1:1:task-definition/web:6"`, false, `"arn:aws:ecs:eu-west-1:1:task-definition/web:7"`},
	{"arn", `"execute-api:/prod/*"`, true, `"arn:aws:execute-api:eu-west-1:1:abc/prod/*"`},
	{"arn", `"execute-api:/prod/*"`, false, `"arn:aws:execute-api:eu-west-1:1:abc/dev/*"`},
	{"version-prefix", `"$Default"`, true, `"3"`},
	{"task-size", `".5 vCPU"`, true, `"512"`},
	{"task-size", `"1GB"`, true, `1024`},
	{"task-size", `"1 GB"`, false, `"1000"`},
	{"attribute-list", `"b=2; a=1;"`, true, `"a=1;b=2"`},
	{"attribute-list", `"a=1"`, false, `"a=2"`},
	{"epoch", `1767225600`, true, `"2026-01-01T00:00:00Z"`},
	{"epoch", `"2026-01-01"`, true, `"1767225600000"`},
	{"epoch", `1767225601`, false, `"2026-01-01T00:00:00Z"`},
	{"epoch", `5`, false, `"2026-01-01"`},
	{"epoch", `""`, false, `"2026-01-01"`},
	{"joined-list", `["b","a"]`, true, `"a,b"`},
	{"joined-list", `"a"`, true, `["a"]`},
	{"joined-list", `["a","b"]`, false, `"a"`},
	{"joined-list", `[["a"]]`, false, `"a"`},
	{"joined-list", `[]`, false, `""`},
	{"float32", `0.1`, true, `0.10000000149011612`},
	{"float32", `"0.05"`, true, `0.05000000074505806`},
	{"float32", `0.1`, false, `0.11`},
	{"float32", `16777217`, false, `16777216`},
}

func TestComparators(t *testing.T) {
	tested := map[string]bool{}
	for _, test := range cases {
		t.Run(test.comparator+" "+test.desired+" "+test.actual, func(t *testing.T) {
			tested[test.comparator] = true
			comparator, known := semantic.Named(test.comparator)
			require.True(t, known)
			desired, err := document.ParseString(test.desired)
			require.NoError(t, err)
			actual, err := document.ParseString(test.actual)
			require.NoError(t, err)
			assert.Equal(t, test.same, comparator.Same(desired, actual))
		})
	}
	for _, name := range semantic.Names() {
		assert.True(t, tested[name] || name == "iam-policy", "no case for %s", name)
	}
	_, known := semantic.Named("sorcery")
	assert.False(t, known)
}

func TestPolicies(t *testing.T) {
	policy, known := semantic.Named("iam-policy")
	require.True(t, known)
	const allow = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*","Principal":{"AWS":"111111111111"}}]}`
	for name, test := range map[string]struct {
		a, b string
		same bool
	}{
		"one statement is a list of one":     {allow, `{"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"s3:getobject","Resource":["*"],"Principal":{"AWS":["arn:aws:iam::111111111111:root"]}}}`, true},
		"everyone has two spellings":         {`{"Statement":{"Principal":"*"}}`, `{"Statement":[{"Principal":{"AWS":["*"]}}]}`, true},
		"no principals at all":               {`{"Statement":{"Principal":{"AWS":[],"Service":[]},"Sid":""}}`, `{"Statement":[{}]}`, true},
		"values of conditions are texts":     {`{"Statement":{"Condition":{"Bool":{"aws:SecureTransport":false}}}}`, `{"Statement":{"Condition":{"Bool":{"AWS:SecureTransport":["false"]}}}}`, true},
		"other actions":                      {allow, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*","Principal":{"AWS":"111111111111"}}]}`, false},
		"deny is not allow":                  {`{"Statement":{"Effect":"Allow"}}`, `{"Statement":{"Effect":"Deny"}}`, false},
		"NotAction is not Action":            {`{"Statement":{"Action":"a:b"}}`, `{"Statement":{"NotAction":"a:b"}}`, false},
		"an account is not one of its users": {`{"Statement":{"Principal":{"AWS":"1"}}}`, `{"Statement":{"Principal":{"AWS":"arn:aws:iam::1:user/eve"}}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := document.ParseString(test.a)
			require.NoError(t, err)
			assert.Equal(t, test.same, policy.Same(a, document.TextValue(test.b)))
		})
	}
}

// FuzzComparators checks that no value makes a comparator fail, and that each holds a value equal to
// itself.
func FuzzComparators(f *testing.F) {
	for _, test := range cases {
		f.Add([]byte(test.desired))
	}
	f.Add([]byte(`"00 ."`))
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := document.Parse(text)
		if err != nil {
			return
		}
		for _, name := range semantic.Names() {
			comparator, _ := semantic.Named(name)
			if comparator.Normalize == nil {
				require.True(t, comparator.Equal(value, value) || !value.IsScalar() || name == "kms-key", name)
				continue
			}
			if normal, ofKind := comparator.Normalize(value); ofKind {
				require.True(t, comparator.Same(value, value), name)
				again, still := comparator.Normalize(normal)
				if still && name != "json" && name != "bytes" && name != "cpu" && name != "quantity" && name != "duration" && name != "iam-policy" {
					require.True(t, document.Equal(normal, again), "%s of %s", name, value)
				}
			}
		}
	})
}
