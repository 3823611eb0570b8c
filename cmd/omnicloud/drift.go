package main

import (
	"context"
	"io"
	"os"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// driftCommand compares declared with live configuration on files.
type driftCommand struct {
	Desired      string `help:"Declared configuration, JSON or YAML; - is standard input." placeholder:"FILE" group:"One resource"`
	Actual       string `help:"Live configuration, JSON or YAML; - is standard input." placeholder:"FILE" group:"One resource"`
	ResourceType string `help:"Type of the resource, such as AWS::EC2::SecurityGroup, by which rules are chosen." placeholder:"TYPE" group:"One resource"`

	Pairs string `help:"JSON lines of id, resource_type, desired, actual and schema; - is standard input. Writes a JSON line each." placeholder:"FILE" group:"Many resources"`

	Rules  string `help:"Rules of your own, YAML or JSON, beside the built-in ones." placeholder:"FILE"`
	Mode   string `help:"exact compares all keys; declared what desired declares, and live keys that matter." enum:"exact,declared" default:"exact"`
	FailOn string `help:"Least severity that exits with 2: cosmetic, functional, security or critical." enum:"cosmetic,functional,security,critical" default:"cosmetic"`
	Format string `help:"text for people, json for programs." enum:"text,json" default:"text"`
}

// Run compares, writes what differs, and ends with exit code 2 where that is grave enough.
func (c *driftCommand) Run(ctx context.Context, std streams) error {
	if err := c.checkFlags(); err != nil {
		return err
	}
	detector, err := c.detector()
	if err != nil {
		return err
	}
	if c.Pairs != "" {
		return c.comparePairs(ctx, std, detector)
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

func (c *driftCommand) checkFlags() error {
	one := c.Desired != "" || c.Actual != ""
	switch {
	case c.Pairs != "" && one:
		return fault.New(fault.InvalidInput, "--pairs compares a file of pairs, --desired and --actual one resource; give one or the other")
	case c.Pairs == "" && !one:
		return fault.New(fault.InvalidInput, "there is nothing to compare; give --desired and --actual, or --pairs")
	case c.Pairs == "" && c.Desired == "":
		return fault.New(fault.InvalidInput, "--desired is missing; give the declared configuration")
	case c.Pairs == "" && c.Actual == "":
		return fault.New(fault.InvalidInput, "--actual is missing; give the live configuration")
	case c.Desired == "-" && c.Actual == "-":
		return fault.New(fault.InvalidInput, "--desired and --actual cannot both be standard input; give a file for one")
	default:
		return nil
	}
}

// detector follows the built-in packs and the user's rules.
func (c *driftCommand) detector() (*drift.Detector, error) {
	options := []drift.Option{
		drift.WithMode(drift.Mode(c.Mode)),
		drift.WithPack(rulesfile.Pack("base")), drift.WithPack(rulesfile.Pack("aws")),
	}
	if c.Rules != "" {
		rules, err := rulesfile.ReadDriftRules(c.Rules)
		if err != nil {
			return nil, err
		}
		options = append(options, drift.WithRules(rules))
	}
	return drift.NewDetector(options...)
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
	if path == "-" {
		text, err := io.ReadAll(stdin)
		if err != nil {
			return document.Value{}, fault.Wrap(err, fault.InvalidInput, "standard input cannot be read")
		}
		return rulesfile.ParseConfiguration("standard input", text)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return document.Value{}, unreadable(path, err)
	}
	return rulesfile.ParseConfiguration(path, text)
}

// unreadable says which file cannot be read, and why, once.
func unreadable(path string, err error) error {
	if system, ok := err.(*os.PathError); ok { //nolint:errorlint // os returns it unwrapped
		err = system.Err
	}
	return fault.Wrap(err, fault.InvalidInput, "%s cannot be read", path)
}
