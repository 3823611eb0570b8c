package semantic

import (
	"regexp"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// sameResource takes the ARN of a resource, its URL or its path for the name or id that it ends in,
// and the root user of an account for the account.
func sameResource(desired, actual string) bool {
	long, short := desired, actual
	if len(long) < len(short) {
		long, short = short, long
	}
	if short == "" || len(short) == len(long) {
		return false
	}
	if account, isRoot := rootAccount(long); isRoot && account == short {
		return true
	}
	isLong := strings.HasPrefix(long, "arn:") || strings.HasPrefix(long, "https://") || strings.HasPrefix(long, "/")
	if !isLong || !strings.HasSuffix(long, short) {
		return false
	}
	switch long[len(long)-len(short)-1] {
	case '/', ':':
		return len(short) > 2 // a port or a version number says too little
	default:
		return false
	}
}

// rootAccount returns the account of an ARN such as arn:aws:iam::123456789012:root.
func rootAccount(arn string) (string, bool) {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || parts[5] != "root" {
		return "", false
	}
	return parts[4], true
}

// sameKey holds where one side names a KMS key by an alias and the other by its id: which key an alias
// stands for is not to be seen in either.
func sameKey(desired, actual string) bool {
	isAlias := func(key string) bool { return strings.HasPrefix(key, "alias/") || strings.Contains(key, ":alias/") }
	return isAlias(desired) != isAlias(actual) || sameResource(desired, actual)
}

// caseFoldedByProvider holds where the live text is the declared one in all lower or all upper case,
// as providers make of names and of enumerated values. A change of case by hand that is neither
// counts.
func caseFoldedByProvider(desired, actual string) bool {
	return strings.EqualFold(desired, actual) && (actual == strings.ToLower(desired) || actual == strings.ToUpper(desired) ||
		desired == strings.ToLower(actual) || desired == strings.ToUpper(actual))
}

// generatedSuffix holds where the live name is the declared one and a suffix that a provider made: a
// dash and at least six letters or digits.
func generatedSuffix(desired, actual string) bool {
	suffix, longer := strings.CutPrefix(actual, desired)
	if !longer || desired == "" || len(suffix) < 7 || suffix[0] != '-' {
		return false
	}
	for _, r := range suffix[1:] {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return true
}

// buildSuffix is how a provider marks its own build of a version, as in v1.21.2-eksbuild.2.
var buildSuffix = regexp.MustCompile(`^[-_][a-z]+\.?[0-9]+$`)

// versionPrefix holds where one version is a more precise form of the other (8.0 and 8.0.45), or
// where "latest" was declared.
func versionPrefix(desired, actual string) bool {
	if strings.EqualFold(strings.TrimPrefix(desired, "$"), "latest") {
		return actual != ""
	}
	short, long := desired, actual
	if len(short) > len(long) {
		short, long = long, short
	}
	if short == "" || short[len(short)-1] < '0' || short[len(short)-1] > '9' {
		return false
	}
	rest, longer := strings.CutPrefix(long, short)
	return longer && (strings.HasPrefix(rest, ".") || buildSuffix.MatchString(rest))
}

// sameButFinalMark holds where one text is the other and a final dot or slash, as in host names, URLs
// and paths, or the :* of all that a log group holds.
func sameButFinalMark(desired, actual string) bool {
	trim := func(text string) string {
		text = strings.TrimSuffix(text, ":*")
		if len(text) > 1 && (text[len(text)-1] == '.' || text[len(text)-1] == '/') {
			return text[:len(text)-1]
		}
		return text
	}
	return trim(desired) == trim(actual)
}

// lostCharacters holds where the declared text is the live one with question marks for what lies
// outside ASCII: CloudFormation gives a template back like that.
func lostCharacters(desired, actual string) bool {
	if !strings.Contains(desired, "?") {
		return false
	}
	var replaced strings.Builder
	for _, r := range actual {
		if r > '~' {
			r = '?'
		}
		replaced.WriteRune(r)
	}
	return replaced.String() == desired
}

// canonicalACL orders the rules of a Redis access string and drops -@all before them, which is where
// every user begins.
func canonicalACL(text string) (string, bool) {
	rules := slices.DeleteFunc(strings.Fields(text), func(rule string) bool { return rule == "-@all" })
	slices.Sort(rules)
	return strings.Join(rules, " "), true
}

// lowerKeys folds the case of the keys of an object.
func lowerKeys(value document.Value) (document.Value, bool) {
	if value.Kind() != document.Object {
		return value, false
	}
	members := make([]document.Member, 0, value.Len())
	for key, member := range value.Members() {
		members = append(members, document.Member{Key: strings.ToLower(key), Value: member})
	}
	return document.ObjectValue(members...), true
}
