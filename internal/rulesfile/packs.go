package rulesfile

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/omnicloud/omnicloud/domain/drift"
)

//go:embed packs/*.yaml packs/*/*.yaml
var packFiles embed.FS

// BuiltIn returns the options of a detector that follows all built-in packs, in the order in which
// later ones overrule earlier ones. Every program starts with these, so that all judge alike.
func BuiltIn() []drift.Option {
	var options []drift.Option
	for _, name := range []string{"base", "severity", "aws", "terraform", "kubernetes"} {
		options = append(options, drift.WithPack(Pack(name)))
	}
	return options
}

// Pack returns the rules of a built-in pack: base and severity, which every comparison follows, aws for
// resource types of CloudFormation (AWS::*), terraform for those of Terraform's providers (aws_instance)
// and kubernetes for the objects of a cluster (Kubernetes::apps::Deployment). A pack is one file and
// those in the folder of its name, in their order. The packs are part of the program; one that cannot be
// read is a defect, and panics.
func Pack(name string) drift.Rules {
	loaded, _ := packs.LoadOrStore(name, sync.OnceValue(func() drift.Rules {
		more, err := fs.Glob(packFiles, "packs/"+name+"/*.yaml")
		if err != nil {
			panic(err)
		}
		var rules drift.Rules
		for _, path := range append([]string{"packs/" + name + ".yaml"}, more...) {
			rules = rules.And(packFile(path))
		}
		return rules
	}))
	return loaded.(func() drift.Rules)()
}

func packFile(path string) drift.Rules {
	text, err := packFiles.ReadFile(path)
	if err != nil {
		panic(fmt.Sprintf("there is no built-in rule pack %q", path))
	}
	rules, err := ParseDriftRules(path, text)
	if err != nil {
		panic(err)
	}
	return rules
}

var packs sync.Map
