package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/kubernetes"
	"github.com/omnicloud/omnicloud/internal/sarif"
	"github.com/omnicloud/omnicloud/internal/terraform"
)

// compareTerraform judges what a plan says has changed outside of Terraform.
func (c *driftCommand) compareTerraform(ctx context.Context, std streams, detector *drift.Detector, known *secrecy.Secrets) error {
	name, text, err := readAll(c.TerraformPlan, std.In)
	if err != nil {
		return err
	}
	read, err := terraform.ReadDrift(name, text, known)
	if err != nil {
		return err
	}
	pairs := make([]pair, len(read))
	for i, p := range read {
		pairs[i] = pair{subject: p.Subject, desired: p.Desired, actual: p.Actual}
	}
	return c.compareAll(ctx, std, detector, c.TerraformPlan, pairs)
}

// compareKubernetes compares manifests with what runs.
func (c *driftCommand) compareKubernetes(ctx context.Context, std streams, detector *drift.Detector, known *secrecy.Secrets) error {
	desired, err := kubernetes.ReadFolder(c.KubernetesDesired)
	if err != nil {
		return err
	}
	name, text, err := readAll(c.KubernetesLive, std.In)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return fault.New(fault.InvalidInput, "%s is empty; give the output of kubectl get -o json, which is a List without items where nothing runs", name)
	}
	live, err := kubernetes.Read(name, bytes.NewReader(text))
	if err != nil {
		return err
	}
	if len(desired) == 0 {
		return fault.New(fault.InvalidInput, "%s declares no object", c.KubernetesDesired)
	}
	read := kubernetes.Pairs(desired, live)
	pairs := make([]pair, len(read))
	for i, p := range read {
		pairs[i] = pair{subject: p.Subject, desired: p.Desired, actual: p.Actual}
		known.Learn(p.Desired)
		known.Learn(p.Actual)
	}
	return c.compareAll(ctx, std, detector, c.KubernetesDesired, pairs)
}

// compareAll compares pairs and writes those that differ, in their order. As JSON every pair has its
// line.
func (c *driftCommand) compareAll(ctx context.Context, std streams, detector *drift.Detector, source string, pairs []pair) error {
	gravest := drift.Severity("")
	var out bytes.Buffer
	var all []drift.Record
	differing := 0
	for _, p := range pairs {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		finding, err := detector.Compare(p.subject, p.desired, p.actual)
		if err != nil {
			return fault.Wrap(err, fault.InvalidInput, "%s cannot be compared", p.subject.ResourceID)
		}
		if found := worst(finding.Changes); found.AtLeast(gravest) {
			gravest = found
		}
		if len(finding.Changes) > 0 {
			differing++
		}
		switch c.Format {
		case "json":
			out.Write(append(appendDrifts(nil, p.subject.ResourceID, detector.Records(finding), finding.Approximate), '\n'))
		case "sarif":
			all = append(all, detector.Records(finding)...)
		default:
			if len(finding.Changes) > 0 {
				fmt.Fprintf(&out, "%s\n%s", p.subject.ResourceID, indented(describe(finding)))
			}
		}
	}
	switch c.Format {
	case "text":
		fmt.Fprintf(&out, "%d of %s differ\n", differing, plural(len(pairs), "resource"))
	case "sarif":
		if err := writeSARIF(&out, source, all); err != nil {
			return err
		}
	}
	if _, err := out.WriteTo(std.Out); err != nil {
		return err
	}
	return c.verdict(gravest)
}

func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

func indented(text []byte) string {
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		out.WriteString("  " + line)
	}
	return out.String()
}

func writeSARIF(out io.Writer, source string, records []drift.Record) error {
	return sarif.Write(out, versionOf(debug.ReadBuildInfo()), source, records)
}

// readAll reads a file, or standard input for -; name stands for it in errors.
func readAll(path string, stdin io.Reader) (name string, text []byte, err error) {
	if path == "-" {
		text, err := io.ReadAll(stdin)
		if err != nil {
			return "", nil, fault.Wrap(err, fault.InvalidInput, "standard input cannot be read")
		}
		return "standard input", text, nil
	}
	text, err = os.ReadFile(path)
	if err != nil {
		return "", nil, unreadable(path, err)
	}
	return path, text, nil
}
