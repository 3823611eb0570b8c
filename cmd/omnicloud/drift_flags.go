package main

import "github.com/omnicloud/omnicloud/domain/fault"

// checkFlags wants one source of what is compared, and all of it.
func (c *driftCommand) checkFlags() error {
	sources := 0
	for _, given := range []bool{
		c.Desired != "" || c.Actual != "", c.Pairs != "", c.TerraformPlan != "", c.KubernetesDesired != "" || c.KubernetesLive != "",
	} {
		if given {
			sources++
		}
	}
	switch {
	case sources == 0:
		return fault.New(fault.InvalidInput, "there is nothing to compare; give --desired and --actual, --pairs, --terraform-plan, or --kubernetes-desired and --kubernetes-live")
	case sources > 1:
		return fault.New(fault.InvalidInput, "--desired with --actual, --pairs, --terraform-plan and --kubernetes-desired with --kubernetes-live are different comparisons; give one")
	}
	return c.checkSides()
}

func (c *driftCommand) checkSides() error {
	for _, sides := range []struct{ declared, live, declaredFlag, liveFlag string }{
		{c.Desired, c.Actual, "--desired", "--actual"},
		{c.KubernetesDesired, c.KubernetesLive, "--kubernetes-desired", "--kubernetes-live"},
	} {
		switch {
		case sides.declared == "" && sides.live != "":
			return fault.New(fault.InvalidInput, "%s is missing; give the declared configuration", sides.declaredFlag)
		case sides.declared != "" && sides.live == "":
			return fault.New(fault.InvalidInput, "%s is missing; give the live configuration", sides.liveFlag)
		}
	}
	switch {
	case c.ResourceType != "" && c.Desired == "":
		return fault.New(fault.InvalidInput, "--resource-type is for --desired and --actual; other documents name the types of their resources")
	case c.Desired == "-" && c.Actual == "-":
		return fault.New(fault.InvalidInput, "--desired and --actual cannot both be standard input; give a file for one")
	case c.KubernetesDesired == "-":
		return fault.New(fault.InvalidInput, "--kubernetes-desired is a file or a folder; standard input is for --kubernetes-live")
	default:
		return nil
	}
}
