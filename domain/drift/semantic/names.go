package semantic

import (
	"regexp"
	"slices"
	"strings"
)

// sameResource takes the ARN of a resource, its URL or its path for the name or id that it ends in,
// and the root user of an account for the account. What providers append to an ARN is not part of the
// name: the :* of all that a log group holds, the :$LATEST of a function, the suffix of a secret, the
// revision of a task definition. API Gateway completes execute-api:/stage/* with the API's own ARN.
func sameResource(desired, actual string) bool {
	long, short := bareResource(desired), bareResource(actual)
	if len(long) < len(short) {
		long, short = short, long
	}
	if short == "" {
		return false
	}
	if account, isRoot := rootAccount(long); isRoot && account == short {
		return true
	}
	if path, ofAPI := strings.CutPrefix(short, "execute-api:"); ofAPI && strings.HasPrefix(path, "/") {
		return strings.Contains(long, ":execute-api:") && strings.HasSuffix(long, path)
	}
	return endsIn(long, short) || endsIn(withoutProvidersEnd(long), short)
}

// generated is how a secret's ARN ends, in letters or digits that its provider made up, and revision how a
// task definition's does.
var (
	generated = regexp.MustCompile(`-[0-9A-Za-z]{6}$`)
	revision  = regexp.MustCompile(`:[0-9]+$`)
)

func withoutProvidersEnd(arn string) string {
	switch {
	case strings.Contains(arn, ":secret:"):
		return generated.ReplaceAllString(arn, "")
	case strings.Contains(arn, ":task-definition/"):
		return revision.ReplaceAllString(arn, "")
	default:
		return arn
	}
}

func bareResource(text string) string {
	for _, tail := range []string{":*", ":$LATEST", "/"} {
		if len(text) > len(tail) {
			text = strings.TrimSuffix(text, tail)
		}
	}
	return text
}

// endsIn reports whether a long form of a name is the short one, or an ARN, a URL or a path that ends
// in it.
func endsIn(long, short string) bool {
	name, within := strings.CutSuffix(long, short)
	if !within || name == "" {
		return within
	}
	isLong := false
	for _, start := range []string{"arn:", "https://", "s3://", "/"} {
		isLong = isLong || strings.HasPrefix(long, start)
	}
	// A port or a version number says too little.
	return isLong && len(short) > 2 && (name[len(name)-1] == '/' || name[len(name)-1] == ':')
}

// rootAccount returns the account of an ARN such as arn:aws:iam::123456789012:root.
func rootAccount(arn string) (string, bool) {
	if !strings.HasSuffix(arn, ":root") {
		return "", false
	}
	parts := strings.Split(arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" {
		return "", false
	}
	return parts[4], true
}

// keyID is how a KMS key is told from all others: by its ARN, or the id that this ends in.
var keyID = regexp.MustCompile(`^(arn:[a-z-]+:kms:[^:]*:[^:]*:key/.+|(mrk-)?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12})$`)

// sameKey holds where a KMS key was declared by an alias and is returned by its id: which key an alias
// stands for is not to be seen in either.
func sameKey(desired, actual string) bool {
	isAlias := strings.HasPrefix(desired, "alias/") || (strings.HasPrefix(desired, "arn:") && strings.Contains(desired, ":alias/"))
	return (isAlias && keyID.MatchString(actual)) || sameResource(desired, actual)
}

// caseFoldedByProvider holds where the live text is the declared one in all lower or all upper case,
// as providers make of names and of enumerated values, with or without a final dot or slash. A change
// of case by hand that is neither counts.
func caseFoldedByProvider(desired, actual string) bool {
	desired, actual = withoutFinalMark(desired), withoutFinalMark(actual)
	return len(desired) == len(actual) && strings.EqualFold(desired, actual) && (actual == strings.ToLower(desired) || actual == strings.ToUpper(desired) ||
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

// versionPrefix holds where one version is a more precise form of the other (8.0 and 8.0.45, 6.x and
// 6.2), or where "latest", or the default version, was declared.
func versionPrefix(desired, actual string) bool {
	if start, anyMinor := strings.CutSuffix(desired, ".x"); anyMinor && actual != "" {
		desired = start
	}
	if strings.EqualFold(strings.TrimPrefix(desired, "$"), "latest") || desired == "$Default" {
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
	return withoutFinalMark(desired) == withoutFinalMark(actual)
}

func withoutFinalMark(text string) string {
	text = strings.TrimSuffix(text, ":*")
	if len(text) > 1 && (text[len(text)-1] == '.' || text[len(text)-1] == '/') {
		return text[:len(text)-1]
	}
	return text
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

// masked holds where the live text is nothing but asterisks, which providers show in place of secrets.
func masked(_, actual string) bool {
	return len(actual) >= len("***") && strings.Trim(actual, "*") == ""
}

// canonicalACL orders the rules of a Redis access string and drops -@all before them, which is where
// every user begins.
func canonicalACL(text string) (string, bool) {
	rules := slices.DeleteFunc(strings.Fields(text), func(rule string) bool { return rule == "-@all" })
	slices.Sort(rules)
	return strings.Join(rules, " "), true
}
