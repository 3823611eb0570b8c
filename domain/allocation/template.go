package allocation

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// template is a tenant id with fields that are filled from a charge: "{tag:team}", "org-{sub_account_id}".
type template struct {
	parts []templatePart
}

// templatePart is either literal text or a field; argument is the key of a tag.
type templatePart struct {
	literal  string
	field    templateField
	argument string
}

type templateField int

const (
	fieldNone templateField = iota
	fieldSubAccountID
	fieldSubAccountName
	fieldResourceID
	fieldTag
	fieldOwner
)

// parseTemplate reads a template; one without fields is a plain tenant id.
func parseTemplate(text string) (template, error) {
	var parsed template
	for rest := text; rest != ""; {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			parsed.parts = append(parsed.parts, templatePart{literal: rest})
			break
		}
		if open > 0 {
			parsed.parts = append(parsed.parts, templatePart{literal: rest[:open]})
		}
		length := strings.IndexByte(rest[open:], '}')
		if length < 0 {
			return template{}, fault.New(fault.InvalidInput, "tenant %.140q opens a field that it does not close", text)
		}
		part, err := parseField(rest[open+1 : open+length])
		if err != nil {
			return template{}, err
		}
		parsed.parts = append(parsed.parts, part)
		rest = rest[open+length+1:]
	}
	if parsed.constant() {
		return parsed, tenancy.CheckID(text)
	}
	return parsed, nil
}

func parseField(name string) (templatePart, error) {
	switch key, isTag := strings.CutPrefix(name, "tag:"); {
	case isTag && strings.TrimSpace(key) != "":
		return templatePart{field: fieldTag, argument: key}, nil
	case name == "sub_account_id":
		return templatePart{field: fieldSubAccountID}, nil
	case name == "sub_account_name":
		return templatePart{field: fieldSubAccountName}, nil
	case name == "resource_id":
		return templatePart{field: fieldResourceID}, nil
	case name == "owner":
		return templatePart{field: fieldOwner}, nil
	default:
		return templatePart{}, fault.New(fault.InvalidInput, "field {%.60s} is none of {sub_account_id}, "+
			"{sub_account_name}, {resource_id}, {tag:KEY}, {owner}", name)
	}
}

// constant reports whether the template has no fields.
func (t template) constant() bool {
	for _, part := range t.parts {
		if part.field != fieldNone {
			return false
		}
	}
	return true
}

// uses reports whether the template has a field of a kind.
func (t template) uses(field templateField) bool {
	for _, part := range t.parts {
		if part.field == field {
			return true
		}
	}
	return false
}

// fill returns the text with every field filled, or false where a field has no value.
func (t template) fill(c *charge.Charge, owner string) (string, bool) {
	var text strings.Builder
	for _, part := range t.parts {
		value := part.literal
		switch part.field {
		case fieldSubAccountID:
			value = c.SubAccountID
		case fieldSubAccountName:
			value = c.SubAccountName
		case fieldResourceID:
			value = c.ResourceID
		case fieldTag:
			value = strings.TrimSpace(tagValue(c.Tags, part.argument))
		case fieldOwner:
			value = owner
		case fieldNone:
		}
		if value == "" {
			return "", false
		}
		text.WriteString(value)
	}
	return text.String(), true
}

// tagValue finds a tag without regard to the case of its key and the space around it. The exact
// spelling wins over others, and among others the one that is first in byte order.
func tagValue(tags map[string]string, key string) string {
	if value, exact := tags[key]; exact {
		return value
	}
	wanted, found, value := foldTag(key), "", ""
	for spelling, candidate := range tags {
		if foldTag(spelling) == wanted && (found == "" || spelling < found) {
			found, value = spelling, candidate
		}
	}
	return value
}

func foldTag(text string) string { return strings.ToLower(strings.TrimSpace(text)) }
