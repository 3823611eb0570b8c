package terraform_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/internal/terraform"
)

// workspace is a folder in which the real Terraform works, with the provider that is built into it.
type workspace struct {
	t      *testing.T
	folder string
	binary string
}

func newWorkspace(t *testing.T) workspace {
	t.Helper()
	binary, err := filepath.Abs("../../bin/terraform")
	require.NoError(t, err)
	_, err = os.Stat(binary)
	require.NoError(t, err, "make bin/terraform builds it")
	w := workspace{t: t, folder: t.TempDir(), binary: binary}
	return w
}

func (w workspace) write(config string) {
	w.t.Helper()
	require.NoError(w.t, os.WriteFile(filepath.Join(w.folder, "main.tf"), []byte(config), 0o600))
}

func (w workspace) run(arguments ...string) []byte {
	w.t.Helper()
	command := exec.CommandContext(w.t.Context(), w.binary, arguments...)
	command.Dir = w.folder
	command.Env = []string{"CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "HOME=" + w.folder, "TF_CLI_CONFIG_FILE=" + os.DevNull}
	out, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		require.NoError(w.t, err, "terraform %v: %s", arguments, failed.Stderr)
	}
	require.NoError(w.t, err)
	return out
}

const declared = `
variable "password" {
  sensitive = true
  default   = "a long secret password"
}
resource "terraform_data" "web" {
  input = { port = 443, password = var.password, cidrs = ["10.0.0.0/8"] }
}
resource "terraform_data" "many" {
  for_each   = { a = 1, b = 2 }
  input      = each.value
  depends_on = [terraform_data.web]
}
output "shown" {
  value     = var.password
  sensitive = true
}
`

func TestRealPlansAndStates(t *testing.T) {
	if testing.Short() {
		t.Skip("runs Terraform")
	}
	w := newWorkspace(t)
	w.write(declared)
	w.run("init", "-no-color")
	w.run("apply", "-auto-approve", "-no-color")
	before := w.run("show", "-json")

	t.Run("a plan without drift has none", func(t *testing.T) {
		w.run("plan", "-no-color", "-out=plan")
		pairs, err := terraform.ReadDrift("plan.json", w.run("show", "-json", "plan"), &secrecy.Secrets{})
		require.NoError(t, err)
		assert.Empty(t, pairs)
	})
	t.Run("a resource that only moved has not drifted", func(t *testing.T) {
		moved := w
		moved.write(declared + `
moved {
  from = terraform_data.web
  to   = terraform_data.front
}
`)
		text, err := os.ReadFile(filepath.Join(w.folder, "main.tf"))
		require.NoError(t, err)
		moved.write(replaceAll(string(text), `"terraform_data" "web"`, `"terraform_data" "front"`, "[terraform_data.web]", "[terraform_data.front]"))
		moved.run("plan", "-no-color", "-refresh-only", "-out=plan")
		plan := moved.run("show", "-json", "plan")
		require.Contains(t, string(plan), `"resource_drift"`)
		pairs, err := terraform.ReadDrift("plan.json", plan, &secrecy.Secrets{})
		require.NoError(t, err)
		for _, pair := range pairs {
			assert.Empty(t, records(t, pair, &secrecy.Secrets{}))
		}
		w.write(declared)
	})
	t.Run("the state's resources", func(t *testing.T) {
		resources, err := terraform.ReadResources("state.json", before)
		require.NoError(t, err)
		require.Len(t, resources, 3)
		assert.Equal(t, "terraform_data.many.a", resources[0].ID)
		assert.Equal(t, "terraform_data", resources[0].Type)
		assert.Equal(t, []string{"terraform_data.web"}, resources[0].DependsOn)
		for _, resource := range resources {
			require.NoError(t, resource.Check())
		}
	})
	t.Run("the state file's resources are the same", func(t *testing.T) {
		file, err := os.ReadFile(filepath.Join(w.folder, "terraform.tfstate"))
		require.NoError(t, err)
		resources, err := terraform.ReadResources("terraform.tfstate", file)
		require.NoError(t, err)
		require.Len(t, resources, 3)
		assert.Equal(t, "terraform_data.many.b", resources[1].ID)
		assert.Equal(t, []string{"terraform_data.web"}, resources[1].DependsOn)
	})
	t.Run("what changed between two real states, as a plan tells it", func(t *testing.T) {
		w.write(replaceAll(declared, "10.0.0.0/8", "0.0.0.0/0", "a long secret password", "another secret password"))
		w.run("apply", "-auto-approve", "-no-color")
		w.run("plan", "-no-color", "-out=plan")
		plan := spliced(t, w.run("show", "-json", "plan"), before, w.run("show", "-json"))
		secrets := &secrecy.Secrets{}
		pairs, err := terraform.ReadDrift("plan.json", plan, secrets)
		require.NoError(t, err)
		require.Len(t, pairs, 1)
		assert.Equal(t, drift.Subject{ResourceID: "terraform_data.web", ResourceType: "terraform_data"}, pairs[0].Subject)
		found := records(t, pairs[0], secrets)
		paths := map[string]drift.Record{}
		for _, record := range found {
			paths[record.ConfigPath] = record
			text, err := json.Marshal(record)
			require.NoError(t, err)
			assert.NotContains(t, string(text), "secret password")
		}
		assert.Contains(t, paths, "input.cidrs[0]")
		require.Contains(t, paths, "input.password")
		assert.Contains(t, string(paths["input.password"].ActualValue), "[hidden #")
		assert.NotEqual(t, paths["input.password"].DesiredValue, paths["input.password"].ActualValue)
	})
}

// spliced puts the values and marks of two real states into a real plan as drift of one resource:
// the built-in provider has no outside world in which something could drift.
func spliced(t *testing.T, plan, before, after []byte) []byte {
	t.Helper()
	var document map[string]any
	require.NoError(t, json.Unmarshal(plan, &document))
	old, fresh := resource(t, before), resource(t, after)
	document["resource_drift"] = []any{map[string]any{
		"address": "terraform_data.web", "mode": "managed", "type": "terraform_data", "name": "web",
		"change": map[string]any{
			"actions": []string{"update"}, "before": old["values"], "after": fresh["values"],
			"before_sensitive": old["sensitive_values"], "after_sensitive": fresh["sensitive_values"],
		},
	}}
	text, err := json.Marshal(document)
	require.NoError(t, err)
	return text
}

func resource(t *testing.T, state []byte) map[string]any {
	t.Helper()
	var document struct {
		Values struct {
			RootModule struct {
				Resources []map[string]any `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	require.NoError(t, json.Unmarshal(state, &document))
	for _, resource := range document.Values.RootModule.Resources {
		if resource["address"] == "terraform_data.web" {
			return resource
		}
	}
	require.Fail(t, "the state has no terraform_data.web")
	return nil
}

func records(t *testing.T, pair terraform.Pair, secrets *secrecy.Secrets) []drift.Record {
	t.Helper()
	detector, err := drift.NewDetector(drift.WithMode(drift.Exact), drift.WithRedactor(secrecy.Redactor{Known: secrets}))
	require.NoError(t, err)
	found, err := detector.DetectResourceDrift(pair.Subject, pair.Desired, pair.Actual)
	require.NoError(t, err)
	return found
}
