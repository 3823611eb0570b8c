package api

import (
	"context"
	"sync"
	"time"
)

// checkTimeout is how long a dependency may take to answer a readiness check.
const checkTimeout = 3 * time.Second

// GetHealth says that the process runs; it asks nobody else.
func (s *server) GetHealth(context.Context, GetHealthRequestObject) (GetHealthResponseObject, error) {
	return GetHealth200JSONResponse{Status: "ok"}, nil
}

// GetReadiness asks every dependency at the same time.
func (s *server) GetReadiness(ctx context.Context, _ GetReadinessRequestObject) (GetReadinessResponseObject, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	var group sync.WaitGroup
	var mutex sync.Mutex
	answer := Readiness{Status: "ready", Dependencies: map[string]ReadinessDependencies{}}
	for name, check := range s.Checks {
		group.Go(func() {
			err := check(ctx)
			mutex.Lock()
			defer mutex.Unlock()
			answer.Dependencies[name] = "ok"
			if err != nil {
				answer.Dependencies[name], answer.Status = "unavailable", "not_ready"
			}
		})
	}
	group.Wait()
	if answer.Status != "ready" {
		return GetReadiness503JSONResponse(answer), nil
	}
	return GetReadiness200JSONResponse(answer), nil
}
