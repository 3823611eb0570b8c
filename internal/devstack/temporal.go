package devstack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// Temporal is the Temporal development server with its UI, on a file, so that histories survive.
type Temporal struct {
	// Program is the path of the temporal command.
	Program string
	// Address and UIAddress are the host and port of the frontend and of the UI.
	Address   string
	UIAddress string
	// CodecURL is the endpoint that decodes payloads for the UI in the user's browser.
	CodecURL string
	// SearchAttributes are the names to register, all of type Keyword.
	SearchAttributes []string
}

// FindTemporal looks for the temporal command in bin/ of the working folder, beside this program
// and on PATH. Where it is missing the error says how to build it.
func FindTemporal() (string, error) {
	var places []string
	if folder, err := os.Getwd(); err == nil {
		places = append(places, filepath.Join(folder, "bin", "temporal"))
	}
	if self, err := os.Executable(); err == nil {
		places = append(places, filepath.Join(filepath.Dir(self), "temporal"))
	}
	for _, place := range append(places, "temporal") {
		if found, err := exec.LookPath(place); err == nil {
			return found, nil
		}
	}
	return "", errors.New(`the temporal command is neither in bin/, nor beside omnicloud, nor on PATH; build it with "make tools"`)
}

// Child is the process to supervise, with its database in the data folder.
func (t Temporal) Child(folder *Folder) (Child, error) {
	host, port, err := net.SplitHostPort(t.Address)
	if err != nil {
		return Child{}, fmt.Errorf("Temporal address %s: %w", t.Address, err)
	}
	uiHost, uiPort, err := net.SplitHostPort(t.UIAddress)
	if err != nil {
		return Child{}, fmt.Errorf("Temporal UI address %s: %w", t.UIAddress, err)
	}
	// A folder of its own, since the server makes its files readable for everyone.
	store := filepath.Join(folder.Path(), "temporal")
	if err := os.MkdirAll(store, 0o700); err != nil {
		return Child{}, folder.unusable(err)
	}
	args := []string{
		"server", "start-dev",
		"--db-filename", filepath.Join(store, "temporal.db"),
		"--ip", host, "--port", port, "--ui-ip", uiHost, "--ui-port", uiPort,
		"--log-level", "error", "--log-format", "json",
		"--disable-config-file", "--disable-config-env",
	}
	if t.CodecURL != "" {
		args = append(args, "--ui-codec-endpoint", t.CodecURL)
	}
	for _, name := range t.SearchAttributes {
		args = append(args, "--search-attribute", name+"=Keyword")
	}
	return Child{
		Name: "temporal", Path: t.Program, Args: args, Ready: t.ready,
		// The command reads a profile from the user's home, which must not steer this server and,
		// after a change of user, may not even be readable.
		Env: []string{"HOME=" + store},
	}, nil
}

// ready asks the frontend's own health service.
func (t Temporal) ready(ctx context.Context) error {
	connection, err := grpc.NewClient(t.Address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	const frontend = "temporal.api.workflowservice.v1.WorkflowService"
	answer, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: frontend})
	if err != nil {
		return err
	}
	if answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		return fmt.Errorf("the frontend reports %s", answer.Status)
	}
	return nil
}
