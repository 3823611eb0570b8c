package api

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// takeYAMLAsText keeps the validator from reading YAML: rulesfile does, and refuses the aliases by
// which a short document can fill the memory.
var takeYAMLAsText = sync.OnceFunc(func() {
	openapi3filter.RegisterBodyDecoder("application/yaml", func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		text, err := io.ReadAll(body)
		return string(text), err
	})
})

// validate checks parameters and body against the document, unknown fields included, so that
// handlers see only what the document allows.
func validate(table operations) gin.HandlerFunc {
	takeYAMLAsText()
	options := &openapi3filter.Options{
		MultiError:          true,
		SkipSettingDefaults: true,
		// The bearer token was checked before; the document's security is enforced there.
		AuthenticationFunc:                openapi3filter.NoopAuthenticationFunc,
		RejectWhenRequestBodyNotSpecified: true,
	}
	return func(c *gin.Context) {
		described := table.of(c)
		if err := checkQuery(c.Request, described.query); err != nil {
			fail(c, err)
			return
		}
		if described.upload {
			c.Next()
			return
		}
		if err := checkContentType(c.Request, described.route.Operation); err != nil {
			fail(c, err)
			return
		}
		if err := checkJSONBody(c.Request); err != nil {
			fail(c, err)
			return
		}
		parameters := make(map[string]string, len(c.Params))
		for _, parameter := range c.Params {
			parameters[parameter.Key] = parameter.Value
		}
		err := openapi3filter.ValidateRequest(c.Request.Context(), &openapi3filter.RequestValidationInput{
			Request: c.Request, PathParams: parameters, Route: described.route, Options: options,
		})
		if err != nil {
			fail(c, invalidRequest(err))
			return
		}
		c.Next()
	}
}

// checkContentType refuses a body of a type that the operation does not take. An operation that
// takes no body ignores the header.
func checkContentType(request *http.Request, described *openapi3.Operation) error {
	if described.RequestBody == nil || request.ContentLength == 0 {
		return nil
	}
	content := described.RequestBody.Value.Content
	sent := request.Header.Get("Content-Type")
	if sent != "" && content.Get(sent) != nil {
		return nil
	}
	taken := slices.Sorted(maps.Keys(content))
	return fault.New(codeUnsupportedMediaType, "content type %.100q is not taken here; send %s", sent, strings.Join(taken, " or "))
}

// invalidRequest turns what the validator found into one error that names every value at fault.
func invalidRequest(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	fields := collectFields(err)
	refusal := fault.Wrap(err, fault.InvalidInput, "the request does not fit the OpenAPI document")
	refusal.Fields = fields
	if len(fields) == 0 {
		return refusal
	}
	refusal.Message = fields[0].Message
	if name := fields[0].Pointer; name != "" {
		refusal.Message = fmt.Sprintf("%s: %s", strings.TrimPrefix(name, parameterPrefix), fields[0].Message)
	}
	return refusal
}
