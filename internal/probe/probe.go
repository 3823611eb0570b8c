// Package probe answers whether a process runs and whether it can do its work, for whoever starts and
// watches processes.
package probe

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// timeout is how long a dependency may take to answer a check.
const timeout = 3 * time.Second

// Checks say whether a dependency answers, by name; each must heed its context.
type Checks map[string]func(context.Context) error

// Answer is what the checks found.
type Answer struct {
	// Status is ready, or not_ready where a dependency is missing.
	Status string `json:"status"`
	// Dependencies holds ok or unavailable by name.
	Dependencies map[string]string `json:"dependencies"`
}

// Ready says whether every dependency answered.
func (a Answer) Ready() bool { return a.Status == "ready" }

// Ask asks every dependency at the same time and answers within three seconds.
func (c Checks) Ask(ctx context.Context) Answer {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var group sync.WaitGroup
	var mutex sync.Mutex
	answer := Answer{Status: "ready", Dependencies: map[string]string{}}
	for name, check := range c {
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
	return answer
}

// Handler serves /healthz, which asks nobody else, /readyz, which answers 503 unless every check
// succeeds, and /metrics.
func Handler(checks Checks, metrics http.Handler) http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	routes.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		answer, status := checks.Ask(r.Context()), http.StatusOK
		if !answer.Ready() {
			status = http.StatusServiceUnavailable
		}
		write(w, status, answer)
	})
	routes.Handle("GET /metrics", metrics)
	return routes
}

func write(w http.ResponseWriter, status int, content any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(content) // whoever asked is gone
}
