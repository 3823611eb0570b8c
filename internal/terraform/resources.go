package terraform

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// ReadResources reads the managed resources of a plan, of a state as terraform show -json writes it,
// or of a state file (version 4), in byte order of id, which is made of the address. What a state holds, and what a plan
// plans, is desired; what a plan read before it planned is actual. A document that is none of these
// is an InvalidInput error.
func ReadResources(name string, text []byte) ([]infra.Resource, error) {
	root, err := parse(name, text)
	if err != nil {
		return nil, err
	}
	var list collection
	switch {
	case root.Get("terraform_version").Text() != "" && root.Get("version").Kind() == document.Number:
		err = list.stateFile(name, root)
	case !root.Get("format_version").IsMissing():
		err = list.shown(name, root)
	default:
		err = fault.New(fault.InvalidInput, "%s is neither a plan nor a state of Terraform; give the output of terraform show -json, or a state file", name)
	}
	if err != nil {
		return nil, err
	}
	list.settle()
	return list.resources, nil
}

// collection gathers resources by address.
type collection struct {
	resources []infra.Resource
	position  map[string]int
	// sensitive are the paths by address that Terraform marks.
	sensitive map[string][]string
}

// hide notes sensitive paths of a resource.
func (c *collection) hide(address string, paths []string) {
	if c.sensitive == nil {
		c.sensitive = map[string][]string{}
	}
	c.sensitive[address] = append(c.sensitive[address], paths...)
}

// at returns the resource of an address, made where it is not there yet.
func (c *collection) at(address, kind string) *infra.Resource {
	if c.position == nil {
		c.position = map[string]int{}
	}
	position, known := c.position[address]
	if !known {
		position = len(c.resources)
		c.position[address] = position
		c.resources = append(c.resources, infra.Resource{ID: address, Type: kind})
	}
	return &c.resources[position]
}

// settle turns addresses into ids, and what resources depend on into the ids of all its instances.
func (c *collection) settle() {
	instances := map[string][]string{}
	for i := range c.resources {
		address := c.resources[i].ID
		c.resources[i].ID, c.resources[i].Schema = idOf(address), schemaOf(c.sensitive[address])
		instances[address] = append(instances[address], c.resources[i].ID)
		if of, _, indexed := strings.Cut(address, "["); indexed && strings.HasSuffix(address, "]") && !strings.Contains(of, "module.") {
			instances[of] = append(instances[of], c.resources[i].ID)
		}
	}
	for i := range c.resources {
		var ids []string
		for _, address := range c.resources[i].DependsOn {
			ids = append(ids, instances[address]...)
		}
		slices.Sort(ids)
		c.resources[i].DependsOn = slices.Compact(ids)
	}
	slices.SortFunc(c.resources, func(a, b infra.Resource) int { return strings.Compare(a.ID, b.ID) })
}

// longestID is how long a resource id may be.
const longestID = 128

// idOf writes an address with the characters that a resource id may have: aws_subnet.a["x"] as
// aws_subnet.a.x. Where that loses something, a hash of the address tells ids apart.
func idOf(address string) string {
	plain := strings.NewReplacer(`["`, ".", `"]`, "", "[", ".", "]", "").Replace(address)
	id := []byte(plain)
	lost := len(id) > longestID
	for i, c := range id {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			id[i], lost = '-', true
		}
	}
	if !lost {
		return plain
	}
	sum := sha256.Sum256([]byte(address))
	return string(id[:min(len(id), longestID-9)]) + "-" + hex.EncodeToString(sum[:4])
}

// shown reads a document of terraform show -json.
func (c *collection) shown(name string, root document.Value) error {
	if err := checkFormat(name, root); err != nil {
		return err
	}
	desired, actual := root.Get("values"), document.Value{}
	if !root.Get("planned_values").IsMissing() {
		desired, actual = root.Get("planned_values"), root.Get("prior_state").Get("values")
	}
	eachResource(desired.Get("root_module"), func(resource document.Value) {
		entry := c.at(resource.Get("address").Text(), resource.Get("type").Text())
		entry.Desired = resource.Get("values").AppendJSON(nil)
		entry.DependsOn = dependencies(resource.Get("depends_on"))
		c.hide(resource.Get("address").Text(), markedPaths(sensitiveRoot, resource.Get("sensitive_values")))
	})
	eachResource(actual.Get("root_module"), func(resource document.Value) {
		c.at(resource.Get("address").Text(), resource.Get("type").Text()).Actual = resource.Get("values").AppendJSON(nil)
		c.hide(resource.Get("address").Text(), markedPaths(sensitiveRoot, resource.Get("sensitive_values")))
	})
	return nil
}

// eachResource calls back for every managed resource of a module and of the modules within.
func eachResource(module document.Value, found func(document.Value)) {
	for _, resource := range module.Get("resources").Elements() {
		if resource.Get("mode").Text() != "data" && resource.Get("address").Text() != "" {
			found(resource)
		}
	}
	for _, child := range module.Get("child_modules").Elements() {
		eachResource(child, found)
	}
}

// stateFile reads Terraform's own file, whose resources have an instance per count or key.
func (c *collection) stateFile(name string, root document.Value) error {
	if version := root.Get("version").Text(); version != "4" {
		return fault.New(fault.InvalidInput, "%s is a state file of version %.20s; this program reads version 4, as Terraform 0.12 and later writes it", name, version)
	}
	for _, resource := range root.Get("resources").Elements() {
		if resource.Get("mode").Text() != "managed" {
			continue
		}
		address := resource.Get("type").Text() + "." + resource.Get("name").Text()
		if module := resource.Get("module").Text(); module != "" {
			address = module + "." + address
		}
		for _, instance := range resource.Get("instances").Elements() {
			if !instance.Get("deposed").IsMissing() {
				continue
			}
			whole := address + index(instance.Get("index_key"))
			entry := c.at(whole, resource.Get("type").Text())
			c.hide(whole, attributePaths(instance.Get("sensitive_attributes")))
			entry.Desired = instance.Get("attributes").AppendJSON(nil)
			entry.DependsOn = dependencies(instance.Get("dependencies"))
		}
	}
	return nil
}

// index is how the key of an instance is written in its address.
func index(key document.Value) string {
	switch key.Kind() {
	case document.Number:
		return "[" + key.Text() + "]"
	case document.String:
		return "[" + strconv.Quote(key.Text()) + "]"
	default:
		return ""
	}
}

func dependencies(list document.Value) []string {
	var addresses []string
	for _, address := range list.Elements() {
		if text := address.Text(); text != "" && !strings.HasPrefix(text, "data.") && !strings.Contains(text, ".data.") {
			addresses = append(addresses, text)
		}
	}
	slices.Sort(addresses)
	return slices.Compact(addresses)
}
