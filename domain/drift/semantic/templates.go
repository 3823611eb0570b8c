package semantic

import "strings"

// sameButPlaceholders holds where the declared text is the live one with ${Name} for something that is
// filled in while deploying, as in AWS::StepFunctions::StateMachine's DefinitionSubstitutions. A
// variable of a policy, ${aws:username}, is none: it is kept as it is.
func sameButPlaceholders(desired, actual string) bool {
	before, rest, found := cutPlaceholder(desired)
	if !found || !strings.HasPrefix(actual, before) {
		return false
	}
	actual = actual[len(before):]
	for {
		before, after, more := cutPlaceholder(rest)
		if !more {
			return strings.HasSuffix(actual, rest)
		}
		at := strings.Index(actual, before)
		if at < 0 {
			return false
		}
		actual, rest = actual[at+len(before):], after
	}
}

// cutPlaceholder cuts a text around its first placeholder.
func cutPlaceholder(text string) (before, after string, found bool) {
	for from := 0; ; {
		start := strings.Index(text[from:], "${")
		if start < 0 {
			return text, "", false
		}
		start += from
		length := strings.IndexByte(text[start:], '}')
		if length < 0 {
			return text, "", false
		}
		name := text[start+len("${") : start+length]
		if name != "" && (strings.HasPrefix(name, "AWS::") || !strings.ContainsAny(name, ":{$ ")) {
			return text[:start], text[start+length+1:], true
		}
		from = start + length + 1
	}
}
