package secrecy

import (
	"math"
	"regexp"
	"strings"
)

// byValue is the length in bytes from which a secret is hidden wherever it appears. A shorter one is,
// from briefByValue bytes, if it looks random: hiding every "admin" would hide the configuration.
const (
	byValue      = 8
	briefByValue = 5
)

// hideable reports whether a value can be searched for without hiding what is no secret.
func hideable(value string) bool {
	if len(value) >= byValue {
		return true
	}
	return len(value) >= briefByValue && classes(value) >= 3 && entropy(value) >= 2
}

// classes counts the kinds of characters in a value: lower case, upper case, digits, others.
func classes(value string) int {
	var lower, upper, digit, other int
	for _, r := range value {
		switch {
		case 'a' <= r && r <= 'z':
			lower = 1
		case 'A' <= r && r <= 'Z':
			upper = 1
		case '0' <= r && r <= '9':
			digit = 1
		default:
			other = 1
		}
	}
	return lower + upper + digit + other
}

// entropy is Shannon's, in bits per byte of the value.
func entropy(value string) float64 {
	var counts [256]int
	for i := range len(value) {
		counts[value[i]]++
	}
	bits, part, last := 0.0, 0.0, 0
	for _, count := range counts {
		if count == 0 {
			continue
		}
		if count != last { // most characters of a random word come as often as the one before
			share := float64(count) / float64(len(value))
			part, last = share*math.Log2(share), count
		}
		bits -= part
	}
	return bits
}

var (
	tokenOfGitHub = regexp.MustCompile(`\bgh[pousr]_[0-9A-Za-z]{36,}`)
	tokenOfVault  = regexp.MustCompile(`\bhv[sb]\.[0-9A-Za-z_-]{20,}`)
)

// issued are the formats that providers give the secrets that they issue. The group, where there is
// one, is the secret itself. Each holds its literal, whatever it matches, so that most texts are passed over
// quickly.
var issued = []struct {
	literal string
	format  *regexp.Regexp
}{
	{"-----BEGIN", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`)},
	{"AKIA", regexp.MustCompile(`\bAKIA[0-9A-Z]{16}\b`)},
	{"ASIA", regexp.MustCompile(`\bASIA[0-9A-Z]{16}\b`)},
	{"AIza", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`)},
	{"ghp_", tokenOfGitHub},
	{"gho_", tokenOfGitHub},
	{"ghu_", tokenOfGitHub},
	{"ghs_", tokenOfGitHub},
	{"ghr_", tokenOfGitHub},
	{"github_pat_", regexp.MustCompile(`\bgithub_pat_[0-9A-Za-z_]{22,}`)},
	{"glpat-", regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20,}`)},
	{"xox", regexp.MustCompile(`\bxox[abposr]-[0-9A-Za-z-]{10,}`)},
	{"k_live_", regexp.MustCompile(`\b[sr]k_live_[0-9A-Za-z]{16,}`)},
	{"hvs.", tokenOfVault},
	{"hvb.", tokenOfVault},
	{"npm_", regexp.MustCompile(`\bnpm_[0-9A-Za-z]{36}`)},
	{"eyJ", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`)},
	{"://", regexp.MustCompile(`://[^/\s:@"']*:([^/\s@"']{3,})@`)},
	{"AccountKey", regexp.MustCompile(`AccountKey=([0-9A-Za-z+/=]{20,})`)},
	{"SharedAccess", regexp.MustCompile(`SharedAccess(?:Key|Signature)=([^;\s"']{16,})`)},
}

// assigned are secrets that commands and connection strings give a telling name: --password=x,
// export DB_PASSWORD=x, Pwd=x;.
var assigned = regexp.MustCompile(`(?i)(?:password|passwd|passphrase|pwd|secret|token|(?:api|private|secret|access|account|shared|auth|signing|encryption|master|storage)[_-]?key)["']?\s*[=:]\s*["']?([^\s"';&,]{5,})`)

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
			found = append(found, groups(kind.format, text)...)
		}
	}
	if held&(1<<len(issued)) != 0 {
		for _, value := range groups(assigned, text) {
			if !reference(value) {
				found = append(found, value)
			}
		}
	}
	return found
}

func groups(format *regexp.Regexp, text string) []string {
	var found []string
	for _, match := range format.FindAllStringSubmatch(text, -1) {
		found = append(found, match[len(match)-1])
	}
	return found
}

// kinds of characters that a random word may have.
const (
	lowerCase = 1 << iota
	upperCase
	digit
	mark

	everyKind = lowerCase | upperCase | digit
)

var kindOf = func() (kinds [256]uint8) {
	for c := range kinds {
		switch {
		case 'a' <= c && c <= 'z':
			kinds[c] = lowerCase
		case 'A' <= c && c <= 'Z':
			kinds[c] = upperCase
		case '0' <= c && c <= '9':
			kinds[c] = digit
		case strings.ContainsRune("+/=_-!@#$%^&*~", rune(c)):
			kinds[c] = mark
		}
	}
	return kinds
}()

// looksRandom reports whether a whole value is a single word that nobody would think of: 20 to 128
// characters of at least three kinds, evenly spread. Ids and hashes, which are hexadecimal, are not.
func looksRandom(value string) bool {
	if len(value) < 20 || len(value) > 128 {
		return false
	}
	held := uint8(0)
	for i := range len(value) {
		kind := kindOf[value[i]]
		if kind == 0 {
			return false
		}
		held |= kind
	}
	return held&everyKind == everyKind && entropy(value) >= 4.1
}

// references begin values that name where a secret lies instead of holding it.
var references = []string{
	"arn:", "{{", "${", "$(", "<%", "projects/", "/subscriptions/", "vault:", "ref+", "ssm:", "secretsmanager:",
	"/aws/reference/", "kms:", "alias/", "data.", "var.", "local.", "module.", "[hidden ",
}

// plainValues are settings that a property with a secret's name may have.
var plainValues = map[string]bool{
	"true": true, "false": true, "required": true, "optional": true, "enabled": true, "disabled": true, "none": true,
	"default": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "auto": true, "prompt": true,
}

// reference reports whether a value under a secret's name is no secret itself.
func reference(value string) bool {
	if value == "" || plainValues[strings.ToLower(value)] || strings.Trim(value, "*x•") == "" {
		return true
	}
	for _, start := range references {
		if strings.HasPrefix(value, start) {
			return true
		}
	}
	return strings.HasPrefix(value, "https://") && strings.Contains(value, ".vault.azure.net/")
}
