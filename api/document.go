package api

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

//go:embed openapi.yaml
var documentSource []byte

// loadDocument reads and checks the embedded OpenAPI document.
func loadDocument(ctx context.Context) (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(documentSource)
	if err != nil {
		return nil, fmt.Errorf("reading the OpenAPI document: %w", err)
	}
	if err := document.Validate(ctx); err != nil {
		return nil, fmt.Errorf("the OpenAPI document is not valid: %w", err)
	}
	return document, nil
}

// publicDocument returns the document as JSON without the extensions that only the code generator
// reads.
func publicDocument(document *openapi3.T) ([]byte, error) {
	encoded, err := document.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encoding the OpenAPI document: %w", err)
	}
	var tree any
	if err := json.Unmarshal(encoded, &tree); err != nil {
		return nil, fmt.Errorf("encoding the OpenAPI document: %w", err)
	}
	dropGeneratorKeys(tree)
	return json.Marshal(tree)
}

func dropGeneratorKeys(node any) {
	switch typed := node.(type) {
	case map[string]any:
		for key, value := range typed {
			if strings.HasPrefix(key, "x-go-") {
				delete(typed, key)
				continue
			}
			dropGeneratorKeys(value)
		}
	case []any:
		for _, value := range typed {
			dropGeneratorKeys(value)
		}
	}
}
