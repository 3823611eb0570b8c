package main

import (
	"cmp"
	"context"
	"io"
	"os"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// driftCommand compares declared with live configuration on files.
type driftCommand struct {
	Desired      string `help:"Declared configuration, JSON or YAML; - is standard input." placeholder:"FILE" group:"One resource"`
	Actual       string `help:"Live configuration, JSON or YAML; - is standard input." placeholder:"FILE" group:"One resource"`
	ResourceType string `help:"Type of the resource, such as AWS::EC2::SecurityGroup, by which rules are chosen." placeholder:"TYPE" group:"One resource"`

	Pairs string `help:"JSON lines of id, resource_type, desired, actual and schema; - is standard input. Writes a JSON line each." placeholder:"FILE" group:"Many resources"`

	TerraformPlan string `help:"Output of terraform show -json PLAN, whose resource_drift is judged; - is standard input." placeholder:"FILE" group:"Many resources"`

	KubernetesDesired string `help:"Manifests: a file, or a folder and all below." placeholder:"PATH" group:"Many resources"`
	KubernetesLive    string `help:"Output of kubectl get -o json, best with --show-managed-fields; - is standard input." placeholder:"FILE" group:"Many resources"`

	RedactionKey string `help:"File of at least 32 random bytes; hidden secrets then have tags that are equal from run to run." placeholder:"FILE"`

	Rules  string `help:"Rules of your own, YAML or JSON, beside the built-in ones." placeholder:"FILE"`
	Mode   string `help:"exact compares all keys (the default but for Kubernetes); declared what desired declares, and live keys that matter." enum:",exact,declared" default:""`
	FailOn string `help:"Least severity that exits with 2: cosmetic, functional, security or critical." enum:"cosmetic,functional,security,critical" default:"cosmetic"`
	Format string `help:"text for people, json for programs, sarif for code hosts." enum:"text,json,sarif" default:"text"`
}

// Run compares, writes what differs, and ends with exit code 2 where that is grave enough.
func (c *driftCommand) Run(ctx context.Context, std streams) error {
	if err := c.checkFlags(); err != nil {
		return err
	}
	known := &secrecy.Secrets{}
	detector, err := c.detector(known)
	if err != nil {
		return err
	}
	switch {
	case c.Pairs != "":
		return c.comparePairs(ctx, std, detector, known)
	case c.TerraformPlan != "":
		return c.compareTerraform(ctx, std, detector, known)
	case c.KubernetesDesired != "":
		return c.compareKubernetes(ctx, std, detector, known)
	}
	desired, err := readConfiguration(c.Desired, std.In)
	if err != nil {
		return err
	}
	actual, err := readConfiguration(c.Actual, std.In)
	if err != nil {
		return err
	}
	finding, err := detector.Compare(drift.Subject{ResourceID: c.Actual, ResourceType: c.ResourceType}, desired, actual)
	if err != nil {
		return err
	}
	if err := c.writeOne(std.Out, detector, finding); err != nil {
		return err
	}
	return c.verdict(worst(finding.Changes))
}

// detector follows the built-in packs and the user's rules, judges exposure and hides secrets, those
// that are known from other documents included.
func (c *driftCommand) detector(known *secrecy.Secrets) (*drift.Detector, error) {
	redactor := secrecy.Redactor{Known: known}
	if c.RedactionKey != "" {
		key, err := os.ReadFile(c.RedactionKey)
		if err != nil {
			return nil, unreadable(c.RedactionKey, err)
		}
		if redactor.Key, err = secrecy.NewKey(key); err != nil {
			return nil, err
		}
	}
	options := append(rulesfile.BuiltIn(),
		drift.WithMode(c.mode()), drift.WithJudge(judgement.Judge{Secrets: redactor}), drift.WithRedactor(redactor))
	if c.Rules != "" {
		rules, err := rulesfile.ReadDriftRules(c.Rules)
		if err != nil {
			return nil, err
		}
		options = append(options, drift.WithRules(rules))
	}
	return drift.NewDetector(options...)
}

// mode is exact unless asked for otherwise; a cluster fills in so much that only what is declared can
// be compared.
func (c *driftCommand) mode() drift.Mode {
	if c.Mode == "" && c.KubernetesDesired != "" {
		return drift.Declared
	}
	return drift.Mode(cmp.Or(c.Mode, string(drift.Exact)))
}

// driftFoundError ends the command with exit code 2 and without a message: what was found is written
// already.
type driftFoundError struct{}

func (driftFoundError) Error() string { return "" }

// ExitCode is that of terraform plan -detailed-exitcode.
func (driftFoundError) ExitCode() int { return 2 }

func (c *driftCommand) verdict(worst drift.Severity) error {
	if worst != "" && worst.AtLeast(drift.Severity(c.FailOn)) {
		return driftFoundError{}
	}
	return nil
}

func worst(changes []drift.Change) drift.Severity {
	gravest := drift.Severity("")
	for _, change := range changes {
		if change.Severity.AtLeast(gravest) {
			gravest = change.Severity
		}
	}
	return gravest
}

func readConfiguration(path string, stdin io.Reader) (document.Value, error) {
	name, text, err := readAll(path, stdin)
	if err != nil {
		return document.Value{}, err
	}
	return rulesfile.ParseConfiguration(name, text)
}

// unreadable says which file cannot be read, and why, once.
func unreadable(path string, err error) error {
	if system, ok := err.(*os.PathError); ok { //nolint:errorlint // os returns it unwrapped
		err = system.Err
	}
	return fault.Wrap(err, fault.InvalidInput, "%s cannot be read", path)
}
