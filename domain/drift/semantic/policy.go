package semantic

import (
	"net/url"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// withinText reads JSON that is written within a text; only a list or an object is taken for it.
func withinText(value document.Value) (document.Value, bool) {
	switch value.Kind() {
	case document.Object, document.Array:
		return value, true
	case document.String:
		text := strings.TrimLeft(value.Text(), " \t\r\n")
		if strings.HasPrefix(text, "%7B") || strings.HasPrefix(text, "%5B") { // as IAM returns documents
			if plain, err := url.PathUnescape(text); err == nil {
				text = plain
			}
		}
		if text == "" || (text[0] != '{' && text[0] != '[') {
			return value, false
		}
		parsed, err := document.ParseString(text)
		return parsed, err == nil
	default:
		return value, false
	}
}

// policy brings an IAM policy document, an object or JSON in a text, to one form: every list a list
// though it has one element, actions and effects in lower case, accounts for their root users, empty
// principals and ids left out, values of conditions as texts. What is no policy is not of its kind.
// The semantics are those of the IAM JSON policy reference; order means nothing in it.
func policy(value document.Value) (document.Value, bool) {
	return policyForm(value, strings.ToLower)
}

// spelledPolicy has the form of policy, with actions and effects as they were written: the same value
// lies at the same place.
func spelledPolicy(value document.Value) document.Value {
	written, _ := policyForm(value, func(text string) string { return text })
	return written
}

func policyForm(value document.Value, fold func(string) string) (document.Value, bool) {
	parsed, isJSON := withinText(value)
	if !isJSON {
		return value, false
	}
	if parsed.Kind() == document.Array && value.Kind() == document.String && withoutStatements(parsed) {
		return document.ObjectValue(), true
	}
	statements := parsed.Get("Statement")
	if statements.IsMissing() || otherStatements(statements) {
		return value, false
	}
	var members []document.Member
	for key, member := range parsed.Members() {
		switch {
		case key == "Statement":
			member = eachOf(member, func(one document.Value) document.Value { return statement(one, fold) })
		case key == "Id" && member.IsEmpty():
			continue
		}
		members = append(members, document.Member{Key: key, Value: member})
	}
	return document.ObjectValue(members...), true
}

// statementKeys are those of which a statement of a policy has at least one.
var statementKeys = []string{"Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition", "Sid"}

// otherStatements reports whether what is called statements are none of a policy, such as those of a
// web firewall.
func otherStatements(statements document.Value) bool {
	other := func(one document.Value) bool {
		return one.Len() > 0 && !slices.ContainsFunc(statementKeys, func(key string) bool { return !one.Get(key).IsMissing() })
	}
	if statements.Kind() != document.Array {
		return other(statements)
	}
	for _, one := range statements.Elements() {
		if other(one) {
			return true
		}
	}
	return false
}

// withoutStatements reports whether a list holds nothing, or empty objects alone.
func withoutStatements(list document.Value) bool {
	for _, element := range list.Elements() {
		if element.Kind() != document.Object || element.Len() > 0 {
			return false
		}
	}
	return true
}

// eachOf returns the elements of a list, or a single value as one, each normalized.
func eachOf(value document.Value, normalize func(document.Value) document.Value) document.Value {
	if value.Kind() != document.Array {
		return document.ArrayValue(normalize(value))
	}
	elements := make([]document.Value, value.Len())
	for i, element := range value.Elements() {
		elements[i] = normalize(element)
	}
	return document.ArrayValue(elements...)
}

func statement(value document.Value, fold func(string) string) document.Value {
	folded := func(one document.Value) document.Value {
		if one.Kind() != document.String {
			return one
		}
		return respelt(one, fold(one.Text()))
	}
	if value.Kind() != document.Object {
		return value
	}
	var members []document.Member
	for key, member := range value.Members() {
		switch key {
		case "Sid":
			if member.IsEmpty() {
				continue
			}
		case "Effect":
			member = folded(member)
		case "Action", "NotAction":
			member = eachOf(member, folded)
		case "Resource", "NotResource":
			member = eachOf(member, asText)
		case "Principal", "NotPrincipal":
			if member = principals(member); member.IsEmpty() {
				continue
			}
		case "Condition":
			if member = conditions(member); member.IsEmpty() {
				continue
			}
		}
		members = append(members, document.Member{Key: key, Value: member})
	}
	return document.ObjectValue(members...)
}

func asText(value document.Value) document.Value {
	if !value.IsScalar() {
		return value
	}
	return respelt(value, value.Text())
}

// respelt is a text in another spelling, itself where it is spelt so already.
func respelt(value document.Value, text string) document.Value {
	if value.Kind() == document.String && value.Text() == text {
		return value
	}
	return document.TextValue(text)
}

// principals leaves out kinds of principals without any, and writes an account for its root user.
// "*" and {"AWS": "*"} both mean everyone.
func principals(value document.Value) document.Value {
	if value.Kind() == document.String {
		return document.ObjectValue(document.Member{Key: "AWS", Value: document.ArrayValue(value)})
	}
	var members []document.Member
	for kind, list := range value.Members() {
		list = eachOf(list, func(one document.Value) document.Value {
			if account, isRoot := rootAccount(one.Text()); isRoot {
				return document.TextValue(account)
			}
			return asText(one)
		})
		if !list.IsEmpty() {
			members = append(members, document.Member{Key: kind, Value: list})
		}
	}
	return document.ObjectValue(members...)
}

// conditions fold the case of condition keys, which IAM does too, and write values as texts.
func conditions(value document.Value) document.Value {
	var operators []document.Member
	for operator, keys := range value.Members() {
		var members []document.Member
		for key, values := range keys.Members() {
			members = append(members, document.Member{Key: strings.ToLower(key), Value: eachOf(values, asText)})
		}
		operators = append(operators, document.Member{Key: operator, Value: document.ObjectValue(members...)})
	}
	return document.ObjectValue(operators...)
}
