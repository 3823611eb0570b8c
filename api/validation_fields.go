package api

import (
	"errors"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// collectFields names the values that the validator found at fault, in its order.
func collectFields(err error) []fault.Field {
	//nolint:errorlint // errors.As would look into the list and find its first error instead of the list
	if several, is := err.(openapi3.MultiError); is {
		var fields []fault.Field
		for _, single := range several {
			fields = append(fields, collectFields(single)...)
		}
		return fields
	}
	var request *openapi3filter.RequestError
	if !errors.As(err, &request) {
		return []fault.Field{{Message: err.Error()}}
	}
	if request.Parameter == nil {
		return bodyFields(request)
	}
	message, _ := reasonOf(request.Err, request.Reason)
	return []fault.Field{{Pointer: parameterPrefix + request.Parameter.In + " " + request.Parameter.Name, Message: message}}
}

func bodyFields(request *openapi3filter.RequestError) []fault.Field {
	var unreadable *openapi3filter.ParseError
	switch {
	case errors.Is(request.Err, openapi3filter.ErrInvalidRequired):
		return []fault.Field{{Message: "the body is missing"}}
	case errors.As(request.Err, &unreadable):
		return []fault.Field{{Message: "the body cannot be read: " + unreadable.Error()}}
	}
	var fields []fault.Field
	for _, single := range flatten(request.Err) {
		message, property := reasonOf(single, request.Reason)
		field := fault.Field{Message: message}
		var schema *openapi3.SchemaError
		if errors.As(single, &schema) {
			path := schema.JSONPointer()
			if property != "" {
				path = append(path, property)
			}
			field.Pointer = pointer(path)
		}
		fields = append(fields, field)
	}
	return fields
}

func flatten(err error) []error {
	//nolint:errorlint // as above
	several, is := err.(openapi3.MultiError)
	if !is {
		return []error{err}
	}
	var flat []error
	for _, single := range several {
		flat = append(flat, flatten(single)...)
	}
	return flat
}

var (
	// located is what the JSON Schema validator puts before its finding.
	located = regexp.MustCompile(`(?s)^.*at '[^']*': `)
	// unlikePattern is how either of kin-openapi's validators quotes a regular expression, which says
	// nothing to most people.
	unlikePattern = regexp.MustCompile(`(?i)does(?: not|n't) match (?:the regular expression|pattern)`)
	// bound is how they say that a number is too small or too large.
	bound = regexp.MustCompile(`^(minimum|maximum): got .*, want (\S+)$`)
	// unknownProperty is how either of kin-openapi's validators calls a field that is not in the
	// document.
	unknownProperty = regexp.MustCompile(`^(?:property "([^"]+)" is unsupported|additional propert(?:y|ies) '([^']+)'.* not allowed)$`)
)

// reasonOf says what is wrong with a value. Where the value is an object with an unknown property,
// property names it.
func reasonOf(err error, fallback string) (message, property string) {
	var schema *openapi3.SchemaError
	switch {
	case errors.As(err, &schema):
		message = schema.Reason
	case err != nil:
		message = err.Error()
	default:
		message = fallback
	}
	message = located.ReplaceAllString(message, "")
	if unlikePattern.MatchString(message) {
		return "the value is not of the form that the OpenAPI document gives for it", ""
	}
	if found := bound.FindStringSubmatch(message); found != nil {
		return map[string]string{"minimum": "must be at least ", "maximum": "must be at most "}[found[1]] + found[2], ""
	}
	if found := unknownProperty.FindStringSubmatch(message); found != nil {
		return "the field is not in the OpenAPI document", found[1] + found[2]
	}
	return message, ""
}

// pointer writes a path as a JSON pointer; RFC 6901 escapes ~ and /.
func pointer(path []string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var text strings.Builder
	for _, segment := range path {
		text.WriteString("/" + escape.Replace(segment))
	}
	return text.String()
}
