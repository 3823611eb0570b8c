package api

import "context"

// GetHealth says that the process runs; it asks nobody else.
func (s *server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: "ok"}, nil
}

// GetReadiness asks every dependency.
func (s *server) GetReadiness(ctx context.Context, _ GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	found := s.Checks.Ask(ctx)
	answer := Readiness{Status: ReadinessStatus(found.Status), Dependencies: map[string]ReadinessDependencies{}}
	for name, state := range found.Dependencies {
		answer.Dependencies[name] = ReadinessDependencies(state)
	}
	if !found.Ready() {
		return GetReadiness503JSONResponse(answer), nil
	}
	return GetReadiness200JSONResponse(answer), nil
}
