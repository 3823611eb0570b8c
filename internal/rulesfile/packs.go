package rulesfile

import (
	"embed"
	"fmt"
	"sync"

	"github.com/omnicloud/omnicloud/domain/drift"
)

//go:embed packs/*.yaml
var packFiles embed.FS

// Pack returns the rules of a built-in pack: base, which every comparison follows, or aws, for
// resource types of CloudFormation (AWS::*). The packs are part of the program; one that cannot be
// read is a defect, and panics.
func Pack(name string) drift.Rules {
	loaded, _ := packs.LoadOrStore(name, sync.OnceValue(func() drift.Rules {
		path := "packs/" + name + ".yaml"
		text, err := packFiles.ReadFile(path)
		if err != nil {
			panic(fmt.Sprintf("there is no built-in rule pack %q", name))
		}
		rules, err := ParseDriftRules(path, text)
		if err != nil {
			panic(err)
		}
		return rules
	}))
	return loaded.(func() drift.Rules)()
}

var packs sync.Map
