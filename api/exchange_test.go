package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

// request is one to send; headers come in pairs. A body without Content-Type is JSON.
type request struct {
	method, path, as, body string
	headers                []string
}

// answer is what came back, checked against the document.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t *testing.T) api.Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", a.header.Get("Content-Type"), a.body)
	return decode[api.Problem](t, a)
}

func decode[Into any](t *testing.T, a answer) Into {
	t.Helper()
	var into Into
	require.NoError(t, json.Unmarshal([]byte(a.body), &into), a.body)
	return into
}

// do sends a request and checks that the answer fits the served OpenAPI document.
func (s *stage) do(t *testing.T, asked request) answer {
	t.Helper()
	sent, err := http.NewRequestWithContext(t.Context(), asked.method, s.url+asked.path, strings.NewReader(asked.body))
	require.NoError(t, err)
	if asked.body != "" {
		sent.Header.Set("Content-Type", "application/json")
	}
	if token, known := s.tokens[asked.as]; known {
		sent.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(asked.headers); i += 2 {
		sent.Header.Set(asked.headers[i], asked.headers[i+1])
	}
	response, err := http.DefaultClient.Do(sent)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	s.checkDocumented(t, sent, response, body)
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

// checkDocumented fails the test where an answer is not what the document promises. Routes outside
// the document answer with problems only.
func (s *stage) checkDocumented(t *testing.T, sent *http.Request, response *http.Response, body []byte) {
	t.Helper()
	require.NotEmpty(t, response.Header.Get("X-Correlation-ID"))
	require.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
	route, parameters, err := s.router.FindRoute(sent)
	if err != nil {
		require.True(t, response.StatusCode >= http.StatusBadRequest || strings.HasPrefix(sent.URL.Path, "/codec/"), "%s is answered but not in the document", sent.URL)
		return
	}
	options := &openapi3filter.Options{IncludeResponseStatus: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: sent, PathParams: parameters, Route: route, Options: options,
		},
		Status: response.StatusCode, Header: response.Header,
		Body: io.NopCloser(bytes.NewReader(body)), Options: options,
	})
	require.NoError(t, err, "%s %s: %s", sent.Method, sent.URL.Path, body)
}

// readDocument returns a router over the document that the API serves.
func readDocument(t *testing.T, base string) routers.Router {
	t.Helper()
	response, err := http.Get(base + "/v1/openapi.json")
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.Equal(t, http.StatusOK, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	document.Servers = nil // "/" is where the test's server is, whatever its port
	router, err := legacy.NewRouter(document)
	require.NoError(t, err)
	return router
}
