package api

import (
	"fmt"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gin-gonic/gin"

	"github.com/omnicloud/omnicloud/domain/approval"
)

const (
	// requestTimeout bounds an ordinary request, streamTimeout a download, importTimeout an upload
	// with its load into the database.
	requestTimeout = 30 * time.Second
	streamTimeout  = 15 * time.Minute
	importTimeout  = 60 * time.Minute

	// bodyLimit bounds an ordinary body, which is held in memory.
	bodyLimit = 1 << 20
)

// operation is what the document says about one route beyond its shape.
type operation struct {
	id        string
	anonymous bool
	roles     []approval.Role
	// recordsRefusals lets callers without the role through to the handler, which refuses them and
	// puts the refusal on record.
	recordsRefusals bool
	timeout         time.Duration
	bodyLimit       int64
	// upload marks a body that is streamed: it is neither buffered nor validated.
	upload bool
	// query holds the names of the query parameters that it takes.
	query map[string]bool
	route *routers.Route
}

// operations finds the operation of a gin route by method and path.
type operations map[string]*operation

func newOperations(document *openapi3.T, importLimit int64) (operations, error) {
	table := operations{}
	for path, item := range document.Paths.Map() {
		for method, described := range item.Operations() {
			built, err := newOperation(described, importLimit)
			if err != nil {
				return nil, err
			}
			built.query = queryNames(item, described)
			built.route = &routers.Route{Spec: document, Path: path, PathItem: item, Method: method, Operation: described}
			table[method+" "+ginPath(path)] = built
		}
	}
	return table, nil
}

func newOperation(described *openapi3.Operation, importLimit int64) (*operation, error) {
	built := &operation{
		id:        described.OperationID,
		anonymous: described.Security != nil && len(*described.Security) == 0,
		timeout:   requestTimeout,
		bodyLimit: bodyLimit,
	}
	names, _ := described.Extensions["x-roles"].([]any)
	for _, name := range names {
		role, err := approval.ParseRole(fmt.Sprint(name))
		if err != nil {
			return nil, fmt.Errorf("operation %s: %w", built.id, err)
		}
		built.roles = append(built.roles, role)
	}
	if built.anonymous == (len(built.roles) > 0) {
		return nil, fmt.Errorf("operation %s must either be open (security: []) or name its x-roles", built.id)
	}
	built.recordsRefusals, _ = described.Extensions["x-refusals-recorded"].(bool)
	if described.Extensions["x-timeout"] == "stream" {
		built.timeout = streamTimeout
	}
	if described.Extensions["x-body-limit"] == "imports" {
		built.upload, built.bodyLimit, built.timeout = true, importLimit, importTimeout
	}
	return built, nil
}

// of returns the operation that a request was routed to, or nil outside the document.
func (o operations) of(c *gin.Context) *operation {
	return o[c.Request.Method+" "+c.FullPath()]
}

// ginPath turns /books/{book} into /books/:book.
func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
