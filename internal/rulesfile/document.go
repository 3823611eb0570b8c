// Package rulesfile reads what people write down: allocation rules (rules.yaml, and the same as JSON
// in the body of a request) and books. Errors name file, line and place in the document.
package rulesfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// maxSize bounds a document, in bytes: a mapping of tens of thousands of entries.
const maxSize = 8 << 20

// Document is what a document says. Each part has passed its own validation; whether they fit
// together, allocation.NewRuleSet decides.
type Document struct {
	// Mapping is nil where the document has none.
	Mapping *allocation.Mapping
	Pools   []allocation.AllocationRule

	places places
}

// Read reads a file. A file that cannot be read or breaks a rule is an InvalidInput error.
func Read(path string) (Document, error) {
	text, err := readFile(path)
	if err != nil {
		return Document{}, err
	}
	return Parse(path, text)
}

func readFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	var system *os.PathError
	if errors.As(err, &system) {
		return nil, fault.Wrap(system.Err, fault.InvalidInput, "%s cannot be read", path)
	}
	return text, err
}

// Parse reads a document, as JSON where it begins with a brace and as YAML elsewhere; name stands
// for the file in errors.
func Parse(name string, text []byte) (Document, error) {
	root, err := parse(name, text)
	if err != nil {
		return Document{}, err
	}
	document, err := decode(root)
	if err != nil {
		return Document{}, err
	}
	document.places = placesOf(root, isJSON(text))
	return document, nil
}

func isJSON(text []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) }

// parse reads a document of any kind.
func parse(name string, text []byte) (node, error) {
	if len(text) > maxSize {
		return node{}, fault.New(fault.TooLarge, "%s has %d bytes; documents of at most %d are read", name, len(text), maxSize)
	}
	if err := checkForm(name, text, isJSON(text)); err != nil {
		return node{}, err
	}
	if isJSON(text) {
		return parseJSON(name, text)
	}
	return parseYAML(name, text)
}

// Versions returns the document's rules as first versions, created by someone at a time: the mapping
// under the id "mapping", pools under "pool-" and their id. A later rule of the same pool is the
// next version of the same rule, as the one before must end when it begins.
func (d Document) Versions(by string, at time.Time) ([]allocation.RuleVersion, error) {
	var versions []allocation.RuleVersion
	if d.Mapping != nil {
		version, err := allocation.NewMappingVersion("mapping", 1, *d.Mapping, by, at)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	count := make(map[string]int)
	for _, rule := range d.Pools {
		count[rule.PoolID]++
		version, err := allocation.NewPoolVersion("pool-"+rule.PoolID, count[rule.PoolID], rule, by, at)
		if err != nil {
			return nil, err
		}
		versions = append(versions, version)
	}
	return versions, nil
}

// RuleSet returns the document's rules as a set that fits together, or an InvalidInput error.
func (d Document) RuleSet(name string) (allocation.RuleSet, error) {
	if err := d.CheckOverlaps(); err != nil {
		return allocation.RuleSet{}, err
	}
	versions, err := d.Versions("", time.Time{})
	if err != nil {
		return allocation.RuleSet{}, err
	}
	set, err := allocation.NewRuleSet(versions)
	if err != nil {
		return allocation.RuleSet{}, fmt.Errorf("%s: %w", name, err)
	}
	return set, nil
}
