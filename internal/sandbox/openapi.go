package sandbox

import (
	"embed"
	"fmt"
	"net/http"
)

//go:embed openapi/*.yaml
var openAPIFiles embed.FS

// OpenAPI returns the OpenAPI document of a service, by which a platform implements it, or of the
// sandbox's own controls ("sandbox").
func OpenAPI(service string) ([]byte, error) {
	text, err := openAPIFiles.ReadFile("openapi/" + service + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("there is no description of service %q: %w", service, err)
	}
	return text, nil
}

// describe serves the description of a service.
func describe(service string) endpoint {
	return func(w http.ResponseWriter, _ *http.Request) error {
		text, err := OpenAPI(service)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/yaml")
		_, _ = w.Write(text) // a client that left is not told
		return nil
	}
}
