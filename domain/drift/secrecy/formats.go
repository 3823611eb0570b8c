package secrecy

import (
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// format is how a provider, or a protocol, writes secrets. The group, where there is one, is the secret
// itself. It holds its literal, whatever it matches, so that most texts are passed over quickly.
type format struct {
	literal string
	pattern *regexp.Regexp
	// holds, where not nil, tells secrets from words that only look alike.
	holds func(secret string) bool
}

var (
	tokenOfGitHub = regexp.MustCompile(`\bgh[pousr]_[0-9A-Za-z]{36,}`)
	tokenOfVault  = regexp.MustCompile(`\bhv[sb]\.[0-9A-Za-z_-]{20,}`)
)

var issued = [...]format{
	{"-----BEGIN", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)`), nil},
	{"AGE-SECRET-KEY-", regexp.MustCompile(`\bAGE-SECRET-KEY-1[0-9A-Z]{50,}`), nil},
	{"AKIA", regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`), nil},
	{"ASIA", regexp.MustCompile(`\bASIA[0-9A-Z]{16}\b`), nil},
	{"X-Amz-S", regexp.MustCompile(`X-Amz-(?:Signature|Security-Token)=([0-9A-Za-z%+/=_-]{32,})`), nil},
	{"AIza", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`), nil},
	{"ya29.", regexp.MustCompile(`\bya29\.[0-9A-Za-z_-]{20,}`), nil},
	{"ghp_", tokenOfGitHub, nil},
	{"gho_", tokenOfGitHub, nil},
	{"ghu_", tokenOfGitHub, nil},
	{"ghs_", tokenOfGitHub, nil},
	{"ghr_", tokenOfGitHub, nil},
	{"github_pat_", regexp.MustCompile(`\bgithub_pat_[0-9A-Za-z_]{22,}`), nil},
	{"glpat-", regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20,}`), nil},
	{"xox", regexp.MustCompile(`\bxox[abposr]-[0-9A-Za-z-]{10,}`), nil},
	{"hooks.slack.com/", regexp.MustCompile(`hooks\.slack\.com/(?:services|workflows)/([0-9A-Za-z/_-]{20,})`), nil},
	{"k_live_", regexp.MustCompile(`\b[sr]k_live_[0-9A-Za-z]{16,}`), nil},
	{"whsec_", regexp.MustCompile(`\bwhsec_[0-9A-Za-z+/=]{16,}`), nil},
	{"hvs.", tokenOfVault, nil},
	{"hvb.", tokenOfVault, nil},
	{".atlasv1.", regexp.MustCompile(`\b[0-9A-Za-z]{10,}\.atlasv1\.[0-9A-Za-z_=-]{40,}`), nil},
	{"npm_", regexp.MustCompile(`\bnpm_[0-9A-Za-z]{36}`), nil},
	{"pypi-", regexp.MustCompile(`\bpypi-[0-9A-Za-z_-]{40,}`), nil},
	{"dckr_pat_", regexp.MustCompile(`\bdckr_pat_[0-9A-Za-z_-]{20,}`), nil},
	{"dop_v1_", regexp.MustCompile(`\bdop_v1_[0-9a-f]{40,}`), nil},
	{"glsa_", regexp.MustCompile(`\bglsa_[0-9A-Za-z_]{32,}`), nil},
	{"SG.", regexp.MustCompile(`\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}`), nil},
	{"sk-", regexp.MustCompile(`\bsk-(?:ant-|proj-)?[0-9A-Za-z_-]{32,}`), withDigit},
	{"eyJ", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`), nil},
	{"://", regexp.MustCompile(`://[^/\s:@"']*:([^/\s@"']{3,})@`), nil},
	{"Bearer ", regexp.MustCompile(`\bBearer +([0-9A-Za-z._~+/=-]{12,})`), withDigit},
	{"Basic ", regexp.MustCompile(`\bBasic +([0-9A-Za-z+/]{8,}={0,2})`), credentials},
	{"AccountKey", regexp.MustCompile(`AccountKey=([0-9A-Za-z+/=]{20,})`), nil},
	{"SharedAccess", regexp.MustCompile(`SharedAccess(?:Key|Signature)=([^;\s"']{16,})`), nil},
	{"sig=", regexp.MustCompile(`\bsig=([0-9A-Za-z%+/=_-]{20,})`), nil},
}

func withDigit(word string) bool { return strings.ContainsAny(word, "0123456789") }

// credentials reports whether a word is base64 of a user and a password.
func credentials(word string) bool { return strings.Contains(decoded(word), ":") }

// decoded returns what a word is base64 of, or nothing.
func decoded(word string) string {
	plain, done := decode(strings.TrimRight(word, "="))
	if !done {
		return ""
	}
	return plain
}

// telling are names that end what is assigned, in the assigned patterns.
const telling = `(?:password|passwd|passphrase|pwd|secret|token|(?:api|private|secret|access|account|auth|encryption|signing|shared|master|storage)[_-]?key)`

// assigned are secrets that commands, files and connection strings give a telling name: --password=x,
// export DB_PASSWORD=x, password: "a b", Pwd=a b;, <password>x</password>.
var assigned = [...]format{
	{"", regexp.MustCompile(`(?i)` + telling + `["']?\s*[=:]\s*["']?([^\s"';&,]{5,})`), nil},
	{`"`, regexp.MustCompile(`(?i)` + telling + `["']?\s*[=:]\s*"([^"\n]{5,})"`), nil},
	{`'`, regexp.MustCompile(`(?i)` + telling + `["']?\s*[=:]\s*'([^'\n]{5,})'`), nil},
	{";", regexp.MustCompile(`(?i)(?:password|pwd) *= *([^;"'\n]{5,});`), nil},
	{"</", regexp.MustCompile(`(?i)` + telling + `>\s*(?:<value>\s*)?([^<>]{5,})</`), nil},
}

// issuedIn returns the secrets within a text that are recognized by their own format, and those that
// something in the text names.
func issuedIn(text string) []string {
	var found []string
	held := cluesIn(text)
	if held == 0 {
		return nil
	}
	for i, kind := range issued {
		if held&(1<<i) != 0 {
			found = append(found, kind.in(text)...)
		}
	}
	if held&(1<<len(issued)) != 0 {
		for _, kind := range assigned {
			if strings.Contains(text, kind.literal) {
				found = append(found, slices.DeleteFunc(kind.assignedIn(text), reference)...)
			}
		}
	}
	return spelt(found)
}

func (f format) in(text string) []string {
	var found []string
	for _, match := range f.pattern.FindAllStringSubmatch(text, -1) {
		if secret := match[len(match)-1]; f.holds == nil || f.holds(secret) {
			found = append(found, secret)
		}
	}
	return found
}

// beforeHint is the most bytes of a telling name that lie before its hint: encryption_key.
const beforeHint = len("encryption_")

// assignedIn is in for the assigned patterns, which are slow and match around hints alone.
func (f format) assignedIn(text string) []string {
	var found []string
	for at := 0; ; {
		hint := nextHint(text, at)
		if hint < 0 {
			return found
		}
		start := max(at, hint-beforeHint)
		match := f.pattern.FindStringSubmatchIndex(text[start:])
		if match == nil {
			return found
		}
		found = append(found, text[start+match[2]:start+match[3]])
		at = start + match[1]
	}
}

// spelt adds what secrets stand for that were found escaped, as in a URL or in XML, or together with a user
// in base64.
func spelt(secrets []string) []string {
	for _, secret := range secrets {
		if plain, err := url.PathUnescape(secret); err == nil && plain != secret {
			secrets = append(secrets, plain)
		}
		if plain := html.UnescapeString(secret); plain != secret {
			secrets = append(secrets, plain)
		}
		if _, password, found := strings.Cut(decoded(secret), ":"); found {
			secrets = append(secrets, password)
		}
	}
	return secrets
}
