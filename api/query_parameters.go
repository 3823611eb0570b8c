package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// queryNames returns the query parameters that an operation takes, those of its path included.
func queryNames(item *openapi3.PathItem, described *openapi3.Operation) map[string]bool {
	names := map[string]bool{}
	for _, parameter := range slices.Concat(item.Parameters, described.Parameters) {
		if parameter.Value.In == openapi3.ParameterInQuery {
			names[parameter.Value.Name] = true
		}
	}
	return names
}

// checkQuery refuses query parameters that the operation does not take, as unknown fields of a body
// are: a misspelt filter would otherwise answer with everything. A parameter given twice is refused
// too, since only one of the two could count.
func checkQuery(request *http.Request, taken map[string]bool) error {
	given, err := url.ParseQuery(request.URL.RawQuery)
	if err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the query of the URL cannot be read; escape its values")
	}
	var fields []fault.Field
	for _, name := range slices.Sorted(maps.Keys(given)) {
		field := fault.Field{Pointer: parameterPrefix + "query " + name}
		switch {
		case !taken[name]:
			field.Message = fmt.Sprintf("%.60q is no query parameter of this operation; it takes %s", name, listed(taken))
		case len(given[name]) > 1:
			field.Message = fmt.Sprintf("the query parameter %s is given %d times; give it once", name, len(given[name]))
		default:
			continue
		}
		fields = append(fields, field)
	}
	if len(fields) == 0 {
		return nil
	}
	refusal := fault.New(fault.InvalidInput, "%s", fields[0].Message)
	refusal.Fields = fields
	return refusal
}

func listed(names map[string]bool) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
