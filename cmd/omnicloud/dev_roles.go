package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/omnicloud/omnicloud/internal/devstack"
)

// elsewhere takes back what the environment says of a Vault or a Temporal of the user's own: neither has anything
// of this stack.
var elsewhere = map[string]string{
	"vault-addr":         "",
	"temporal-namespace": "default",
	"temporal-tls":       "false", "temporal-ca": "", "temporal-server-name": "", "temporal-cert": "", "temporal-key": "", "temporal-api-key": "",
}

// role is this program again, as a child with another command. Everything it needs to know goes
// through the environment twins of its flags, since arguments, unlike the environment, can be read
// by every user of the machine and the database's URL holds a password.
func (s *devStack) role(name string, settings map[string]string, ready func(context.Context) error) (devstack.Child, error) {
	self, err := os.Executable()
	if err != nil {
		return devstack.Child{}, fmt.Errorf("finding this program to start role %s: %w", name, err)
	}
	child := devstack.Child{
		Name: name, Path: self, Args: []string{name}, Ready: ready,
		// A worker lets its activities go on for 20 seconds; a next start need not wait for that,
		// since what is cut off is taken up again.
		StopGrace: 25 * time.Second, OrphanGrace: 2 * time.Second,
	}
	common := map[string]string{
		"database-url":     s.endpoints.DatabaseURL,
		"temporal-address": s.endpoints.Temporal,
		"keys-dir":         s.folder.Keys(),
		"services-url":     s.endpoints.Sandbox,
	}
	for _, flags := range []map[string]string{elsewhere, common, settings} {
		for flag, value := range flags {
			child.Env = append(child.Env, envName(flag)+"="+value)
		}
	}
	return child, nil
}

// envName is the environment twin of a flag.
func envName(flag string) string {
	return envPrefix + "_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func (s *devStack) startRole(ctx context.Context, name string, settings map[string]string, ready func(context.Context) error) error {
	child, err := s.role(name, settings, ready)
	if err != nil {
		return err
	}
	if err := s.supervisor.Start(ctx, child); err != nil {
		return err
	}
	s.progress.step("%s is up", name)
	return nil
}

func (s *devStack) startSandbox(ctx context.Context) error {
	settings := map[string]string{"sandbox-addr": devstack.HostPort(s.endpoints.Sandbox)}
	return s.startRole(ctx, "sandbox", settings, answers(s.endpoints.Sandbox+"/healthz"))
}

// startEngine starts the worker and the API side by side; neither needs the other.
func (s *devStack) startEngine(ctx context.Context) error {
	engine, ctx := errgroup.WithContext(ctx)
	engine.Go(func() error {
		settings := map[string]string{"api-addr": devstack.HostPort(s.endpoints.API), "temporal-ui-url": s.endpoints.TemporalUI, "local-ui": "true"}
		return s.startRole(ctx, "api", settings, answers(s.endpoints.API+"/readyz"))
	})
	engine.Go(func() error {
		settings := s.flags.Monitoring.settings()
		settings["metrics-addr"] = devstack.HostPort(s.endpoints.WorkerMetrics)
		return s.startRole(ctx, "worker", settings, answers(s.endpoints.WorkerMetrics+"/readyz"))
	})
	return engine.Wait()
}

// answers is a readiness probe: the URL answers with 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", url, response.Status)
		}
		return nil
	}
}
